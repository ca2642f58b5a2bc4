using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.NetworkInformation;

namespace PacketPath.Probes;

/// <summary>ARP for IPv4 over Ethernet (RFC 826), written and read over spans.</summary>
internal static class ArpMessage
{
    /// <summary>The length of a message in bytes.</summary>
    public const int Length = 28;

    private const ushort Ethernet = 1;
    private const ushort IPv4 = 0x0800;
    private const ushort Request = 1;
    private const ushort Reply = 2;

    /// <summary>Writes the question who has an address.</summary>
    /// <param name="message">Takes the message.</param>
    /// <param name="station">The asker's link-layer address.</param>
    /// <param name="source">The asker's address; 0.0.0.0 where it has none.</param>
    /// <param name="asked">The address asked about.</param>
    public static void WriteRequest(Span<byte> message, PhysicalAddress station, IPAddress source, IPAddress asked)
    {
        message[..Length].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(message, Ethernet);
        BinaryPrimitives.WriteUInt16BigEndian(message[2..], IPv4);
        message[4] = 6;
        message[5] = 4;
        BinaryPrimitives.WriteUInt16BigEndian(message[6..], Request);
        station.GetAddressBytes().CopyTo(message[8..]);
        source.TryWriteBytes(message[14..], out _);
        asked.TryWriteBytes(message[24..], out _);
    }

    /// <summary>Reads an answer; false for any other message.</summary>
    public static bool TryReadReply(ReadOnlySpan<byte> message, [NotNullWhen(true)] out IPAddress? address, [NotNullWhen(true)] out PhysicalAddress? station)
    {
        var isReply = message.Length >= Length
            && BinaryPrimitives.ReadUInt16BigEndian(message) == Ethernet
            && BinaryPrimitives.ReadUInt16BigEndian(message[2..]) == IPv4
            && message[4] == 6 && message[5] == 4
            && BinaryPrimitives.ReadUInt16BigEndian(message[6..]) == Reply;
        (address, station) = isReply ? (new IPAddress(message.Slice(14, 4)), new PhysicalAddress(message.Slice(8, 6).ToArray())) : (null, null);
        return isReply;
    }
}
