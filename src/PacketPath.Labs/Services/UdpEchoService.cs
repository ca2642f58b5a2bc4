using System.Net;
using System.Net.Sockets;

namespace PacketPath.Labs;

/// <summary>Returns every datagram to its sender.</summary>
internal sealed class UdpEchoService : IDisposable
{
    private readonly Socket _socket;
    private volatile bool _closed;

    public UdpEchoService(LabService service)
    {
        _socket = ServiceSocket.Bind(service, SocketType.Dgram);
        _ = EchoAsync();
    }

    public void Dispose()
    {
        _closed = true;
        _socket.Dispose();
    }

    private async Task EchoAsync()
    {
        var buffer = new byte[65535];
        var anyone = new IPEndPoint(_socket.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (!_closed)
        {
            try
            {
                var got = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, anyone).ConfigureAwait(false);
                await _socket.SendToAsync(buffer.AsMemory(0, got.ReceivedBytes), SocketFlags.None, got.RemoteEndPoint).ConfigureAwait(false);
            }
            catch (SocketException)
            {
                // An ICMP error about an earlier answer, and the next datagram is served all the same; or the lab ends.
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }
}
