using System.Globalization;
using System.Runtime.InteropServices;
using PacketPath.Netlink;
using PacketPath.Netlink.SocketDiag;

namespace PacketPath.HostState;

/// <summary>Sockets out of <c>/proc/net/{tcp,udp,raw}{,6}</c>, for kernels without the sock_diag module of a protocol: endpoints, state, queues, timer, user, inode; no more.</summary>
internal static class ProcSockets
{
    private const int Tail = 10;
    private const double TicksPerSecond = 100;

    /// <summary>Reads the file of a family in the calling thread's namespace.</summary>
    /// <returns>Its lines, or null where there is no such file.</returns>
    public static string[]? Lines(byte family, byte protocol)
    {
        var name = protocol switch { SocketProtocol.Tcp => "tcp", SocketProtocol.Udp => "udp", _ => "raw" };
        try
        {
            return File.ReadAllLines($"/proc/thread-self/net/{name}{(family == IpBits.IPv6 ? "6" : "")}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Reads one line; null where it is the heading or makes no sense.</summary>
    public static SocketDiagMessage? Parse(string line, byte family)
    {
        var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < Tail || !TryEnd(fields[1], family, out var source, out var sourcePort) || !TryEnd(fields[2], family, out var destination, out var destinationPort)
            || !TryHex(fields[3], out var state) || !TryPair(fields[4], out var send, out var receive) || !TryPair(fields[5], out var timer, out var when)
            || !TryHex(fields[6], out var retransmits)
            || !uint.TryParse(fields[7], NumberStyles.None, CultureInfo.InvariantCulture, out var user)
            || !uint.TryParse(fields[9], NumberStyles.None, CultureInfo.InvariantCulture, out var inode))
        {
            return null;
        }

        return new SocketDiagMessage
        {
            Family = family,
            State = (byte)state,
            Timer = (byte)timer,
            Retransmits = (byte)Math.Min(retransmits, byte.MaxValue),
            Source = source,
            SourcePort = sourcePort,
            Destination = destination,
            DestinationPort = destinationPort,
            Expires = (uint)(when * (1000 / TicksPerSecond)),
            SendQueue = send,
            ReceiveQueue = receive,
            UserId = user,
            Inode = inode,
        };
    }

    private static bool TryEnd(string text, byte family, out UInt128 address, out ushort port)
    {
        address = default;
        port = 0;
        var colon = text.IndexOf(':');
        if (colon != (family == IpBits.IPv4 ? 8 : 32) || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out port))
        {
            return false;
        }

        // Each 32-bit word is printed as this machine reads it.
        Span<byte> bytes = stackalloc byte[16];
        for (var word = 0; word < colon / 8; word++)
        {
            if (!uint.TryParse(text.AsSpan(word * 8, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                return false;
            }

            MemoryMarshal.Write(bytes[(word * 4)..], in value);
        }

        address = IpBits.From(bytes[..(colon / 2)]);
        return true;
    }

    private static bool TryPair(string text, out uint first, out uint second)
    {
        first = second = 0;
        var colon = text.IndexOf(':');
        return colon > 0 && TryHex(text[..colon], out first) && TryHex(text[(colon + 1)..], out second);
    }

    private static bool TryHex(string text, out uint value) => uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
}
