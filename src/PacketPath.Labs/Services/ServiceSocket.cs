using System.Net;
using System.Net.Sockets;

namespace PacketPath.Labs;

/// <summary>Opens the socket of a built-in service; called on a thread inside the node's namespace.</summary>
internal static class ServiceSocket
{
    public static Socket Bind(LabService service, SocketType type)
    {
        var address = service.Address is null ? IPAddress.IPv6Any : IPAddress.Parse(service.Address);
        var socket = new Socket(address.AddressFamily, type, type == SocketType.Stream ? ProtocolType.Tcp : ProtocolType.Udp);
        try
        {
            if (service.Address is null)
            {
                socket.DualMode = true;
            }

            socket.Bind(new IPEndPoint(address, service.Port));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
