using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace PacketPath.Probes;

/// <summary>What is sent over UDP to a port: a question that a healthy service of that port answers, as far as one is known.</summary>
public sealed record DatagramQuestion
{
    /// <summary>The port of the Domain Name System.</summary>
    public const int DnsPort = 53;

    /// <summary>The port of the Network Time Protocol.</summary>
    public const int NtpPort = 123;

    // Enough to know a datagram again by; the first fragment of any holds as much.
    private const int Marked = 64;
    private const int UdpHeader = 8;
    private const int DnsHeader = 12;
    private const int NtpSize = 48;
    private const int NtpTransmitTime = 40;

    /// <summary>The only port asked, so that the capture need look at little else; 0 where many are.</summary>
    public int Port { get; init; }

    /// <summary>The bytes to send, whatever the port; null for a question that fits it.</summary>
    public byte[]? Payload { get; init; }

    /// <summary>The length that the UDP header of a question to the port gives; 0 where many ports are asked.</summary>
    public int Length => Port == 0 ? 0 : UdpHeader + Of(Port).Length;

    /// <summary>The question for a port; each call gives one with a mark of its own where the protocol has room for it.</summary>
    /// <param name="port">The port.</param>
    public byte[] Of(int port) => Payload ?? port switch
    {
        DnsPort => RootServers(),
        NtpPort => Time(),
        _ => Encoding.ASCII.GetBytes("PacketPath " + RandomNumberGenerator.GetHexString(8, lowercase: true)),
    };

    /// <summary>What a captured payload is known again by.</summary>
    internal static uint MarkOf(ReadOnlySpan<byte> payload)
    {
        // FNV-1a
        var mark = 2166136261;
        foreach (var value in payload[..Math.Min(payload.Length, Marked)])
        {
            mark = (mark ^ value) * 16777619;
        }

        return mark;
    }

    // A recursive query for the name servers of the root (RFC 1035): every server has an answer to it, if only a refusal.
    private static byte[] RootServers()
    {
        var query = new byte[DnsHeader + 5];
        RandomNumberGenerator.Fill(query.AsSpan(0, 2));
        query[2] = 0x01;
        query[5] = 1;
        query[DnsHeader + 2] = 2;
        query[DnsHeader + 4] = 1;
        return query;
    }

    // A client packet of version 4 (RFC 5905) that tells nothing of this host's clock: the time sent is a random number, which the answer gives back.
    private static byte[] Time()
    {
        var packet = new byte[NtpSize];
        packet[0] = 0x23;
        BinaryPrimitives.WriteUInt64BigEndian(packet.AsSpan(NtpTransmitTime), BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)));
        return packet;
    }
}
