using System.Globalization;
using PacketPath.Netlink.Conntrack;

namespace PacketPath.HostState.Conntrack;

/// <summary>Reads a line of /proc/net/nf_conntrack. It tells less than netlink: no number, no helper, and of the flags only whether answers came and the entry is assured.</summary>
internal static class ConntrackLine
{
    /// <summary>Reads a line; false where it is none.</summary>
    public static bool TryParse(string line, out ConntrackMessage message)
    {
        message = default;
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 6 || !byte.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var family)
            || !byte.TryParse(words[3], NumberStyles.None, CultureInfo.InvariantCulture, out var protocol)
            || (AddressFamily)family is not (AddressFamily.IPv4 or AddressFamily.IPv6))
        {
            return false;
        }

        var original = default(ConntrackTuple) with { Family = family, Protocol = protocol };
        var reply = original;
        var sources = 0;
        var status = (uint)(ConntrackStatus.Confirmed | ConntrackStatus.SeenReply);
        (ulong Packets, ulong Bytes)? sent = null;
        (ulong Packets, ulong Bytes)? received = null;
        for (var i = 4; i < words.Length; i++)
        {
            var word = words[i].AsSpan();
            var equals = word.IndexOf('=');
            if (equals < 0)
            {
                if (i == 4 && uint.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var timeout))
                {
                    message.Timeout = timeout;
                }
                else if (word is "[UNREPLIED]")
                {
                    status &= ~(uint)ConntrackStatus.SeenReply;
                }
                else
                {
                    status |= Flag(word);
                    message.ProtocolState ??= ConntrackStates.Number(protocol, word);
                }

                continue;
            }

            var value = word[(equals + 1)..];
            var name = word[..equals];
            if (name is "src")
            {
                sources++;
            }

            switch (name)
            {
                case "packets" when sources < 2:
                    sent = (Long(value), sent?.Bytes ?? 0);
                    break;
                case "packets":
                    received = (Long(value), received?.Bytes ?? 0);
                    break;
                case "bytes" when sources < 2:
                    sent = (sent?.Packets ?? 0, Long(value));
                    break;
                case "bytes":
                    received = (received?.Packets ?? 0, Long(value));
                    break;
                case "mark":
                    message.Mark = (uint)Long(value);
                    break;
                case "zone":
                    message.Zone = (ushort)Long(value);
                    break;
                case "zone-orig":
                    original.Zone = (ushort)Long(value);
                    break;
                case "zone-reply":
                    reply.Zone = (ushort)Long(value);
                    break;
                case "secctx":
                    message.SecurityContext = DisplayText.Clean(value.ToString());
                    break;
                default:
                    Fill(ref sources < 2 ? ref original : ref reply, name, value);
                    break;
            }
        }

        message.Original = original;
        message.Reply = reply;
        message.CountersOriginal = sent;
        message.CountersReply = received;
        message.Status = status | Translation(original, reply);
        return sources == 2;
    }

    private static void Fill(ref ConntrackTuple tuple, ReadOnlySpan<char> name, ReadOnlySpan<char> value)
    {
        switch (name)
        {
            case "src":
                tuple.Source = Address(value);
                break;
            case "dst":
                tuple.Destination = Address(value);
                break;
            case "sport":
                tuple.SourcePort = (ushort)Long(value);
                break;
            case "dport":
                tuple.DestinationPort = (ushort)Long(value);
                break;
            case "type":
                tuple.IcmpType = (byte)Long(value);
                break;
            case "code":
                tuple.IcmpCode = (byte)Long(value);
                break;
            case "id":
                tuple.IcmpId = (ushort)Long(value);
                break;
        }
    }

    private static uint Flag(ReadOnlySpan<char> word) => word switch
    {
        "[ASSURED]" => (uint)ConntrackStatus.Assured,
        "[OFFLOAD]" => (uint)ConntrackStatus.Offload,
        "[HW_OFFLOAD]" => (uint)ConntrackStatus.HardwareOffload,
        _ => 0,
    };

    // The text has no flag for it, but answers that are expected elsewhere than where the packet came from show it.
    private static uint Translation(in ConntrackTuple original, in ConntrackTuple reply)
    {
        var source = reply.Destination != original.Source || reply.DestinationPort != original.SourcePort;
        var destination = reply.Source != original.Destination || reply.SourcePort != original.DestinationPort;
        return (source ? (uint)ConntrackStatus.SourceNat : 0) | (destination ? (uint)ConntrackStatus.DestinationNat : 0);
    }

    private static ulong Long(ReadOnlySpan<char> text) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0;

    private static UInt128 Address(ReadOnlySpan<char> text) =>
        System.Net.IPAddress.TryParse(text, out var address) ? ConntrackTuple.Number(address.GetAddressBytes()) : 0;
}
