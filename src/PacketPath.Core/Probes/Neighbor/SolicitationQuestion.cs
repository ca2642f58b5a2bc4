using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using PacketPath.Interop;

namespace PacketPath.Probes;

/// <summary>Asks by Neighbor Solicitation.</summary>
internal sealed class SolicitationQuestion : INeighborQuestion
{
    private const int SolIcmpV6 = 58;
    private const int IcmpV6Filter = 1;
    private const int SolSocket = 1;
    private const int HopLimit = 255;
    private const int LargestMessage = 1500;

    private readonly Socket _socket;
    private readonly PhysicalAddress _station;
    private readonly int _interfaceIndex;

    /// <summary>Opens a raw socket in the calling thread's namespace. Needs CAP_NET_RAW.</summary>
    /// <exception cref="SocketException">The kernel refused.</exception>
    public SolicitationQuestion(PacketInterface link, PhysicalAddress station)
    {
        (_station, _interfaceIndex) = (station, link.InterfaceIndex);
        _socket = new Socket(System.Net.Sockets.AddressFamily.InterNetworkV6, SocketType.Raw, ProtocolType.IcmpV6);
        try
        {
            // A set bit blocks a type.
            var filter = new byte[32];
            Array.Fill(filter, (byte)0xff);
            filter[NeighborDiscoveryMessage.Advertisement / 8] = unchecked((byte)~(1 << (NeighborDiscoveryMessage.Advertisement % 8)));
            _socket.SetRawSocketOption(SolIcmpV6, IcmpV6Filter, filter);
            _socket.SetRawSocketOption(SolSocket, InetSocket.SoBindToDevice, Encoding.UTF8.GetBytes(link.InterfaceAlias));
            _socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastInterface, link.InterfaceIndex);
            _socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastTimeToLive, HopLimit);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Ask(IPAddress address)
    {
        Span<byte> message = stackalloc byte[NeighborDiscoveryMessage.SolicitationLength];
        NeighborDiscoveryMessage.WriteSolicitation(message, _station, address);
        var group = NeighborDiscoveryMessage.GroupOf(address);
        group.ScopeId = _interfaceIndex;
        _socket.SendTo(message, new IPEndPoint(group, 0));
    }

    /// <inheritdoc/>
    public (IPAddress Address, PhysicalAddress Station)? Take(int timeoutMilliseconds)
    {
        if (!_socket.Poll(TimeSpan.FromMilliseconds(timeoutMilliseconds), SelectMode.SelectRead))
        {
            return null;
        }

        Span<byte> message = stackalloc byte[LargestMessage];
        var length = _socket.Receive(message);
        return NeighborDiscoveryMessage.TryReadAdvertisement(message[..length], out var address, out var from) ? (address, from) : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
