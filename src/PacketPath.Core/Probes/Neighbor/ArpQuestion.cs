using System.Net;
using System.Net.NetworkInformation;
using PacketPath.Interop;

namespace PacketPath.Probes;

/// <summary>Asks by ARP.</summary>
/// <param name="link">The interface.</param>
/// <param name="station">Its link-layer address.</param>
internal sealed class ArpQuestion(PacketInterface link, PhysicalAddress station) : INeighborQuestion
{
    private const int LargestMessage = 256;

    private readonly ArpSocket _socket = new(link.InterfaceIndex);

    // A station answers to an asker of its own network; which of several addresses that is, the link knows best.
    private readonly (IPAddress Address, int PrefixLength)[] _own =
        [.. link.Addresses.Where(static a => a.AddressFamily == AddressFamily.IPv4).Select(static a => (IPAddress.Parse(a.IPAddress), a.PrefixLength))];

    /// <inheritdoc/>
    public void Ask(IPAddress address)
    {
        Span<byte> message = stackalloc byte[ArpMessage.Length];
        var source = _own.Where(own => new IPNetwork(Network(own.Address, own.PrefixLength), own.PrefixLength).Contains(address)).Concat(_own).Select(static own => own.Address).FirstOrDefault();
        ArpMessage.WriteRequest(message, station, source ?? IPAddress.Any, address);
        _socket.Broadcast(message);
    }

    /// <inheritdoc/>
    public (IPAddress Address, PhysicalAddress Station)? Take(int timeoutMilliseconds)
    {
        Span<byte> message = stackalloc byte[LargestMessage];
        var length = _socket.Receive(message, timeoutMilliseconds);
        return ArpMessage.TryReadReply(message[..length], out var address, out var from) ? (address, from) : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private static IPAddress Network(IPAddress address, int length)
    {
        var bytes = address.GetAddressBytes();
        for (var bit = length; bit < 32; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        return new IPAddress(bytes);
    }
}
