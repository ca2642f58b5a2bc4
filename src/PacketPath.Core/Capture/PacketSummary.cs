using PacketPath.Probes;

namespace PacketPath.Capture;

/// <summary>What a packet says, in a few words.</summary>
internal static class PacketSummary
{
    /// <summary>The words.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="payload">Its payload in bytes.</param>
    public static string Of(in DecodedPacket packet, int payload) => packet.Network switch
    {
        NetworkKind.None => "no network header",
        NetworkKind.Arp => Arp(packet.Arp),
        _ when packet.Ip.FragmentOffset != 0 => $"fragment at {packet.Ip.FragmentOffset}{(packet.Ip.MoreFragments ? ", more follow" : ", the last")}",
        _ => Transport(packet, payload) + (packet.Ip.MoreFragments ? ", first fragment" : ""),
    };

    private static string Transport(in DecodedPacket packet, int payload) => packet.Transport switch
    {
        TransportKind.Tcp => Tcp(packet.Tcp, payload),
        TransportKind.Udp => $"UDP {payload} bytes",
        TransportKind.Icmp or TransportKind.IcmpV6 => Icmp(packet),
        _ => $"IP protocol {packet.Ip.Protocol}",
    };

    private static string Arp(in ArpMessage message) => message.Operation switch
    {
        1 => $"ARP who has {message.Target}",
        2 => $"ARP {message.Sender} is at {message.SenderLink}",
        _ => $"ARP operation {message.Operation}",
    };

    private static string Tcp(in TcpHeader tcp, int payload)
    {
        var flags = tcp.Flags.ToText();
        var text = flags.Length == 0 ? "no flags" : flags;
        if (payload > 0)
        {
            text += $" len {payload}";
        }

        return (tcp.Flags & (TcpFlags.Syn | TcpFlags.Rst)) == 0 ? $"{text} win {tcp.Window}"
            : tcp.MaximumSegmentSize is { } segment ? $"{text} mss {segment}"
            : text;
    }

    private static string Icmp(in DecodedPacket packet)
    {
        var v6 = packet.Transport == TransportKind.IcmpV6;
        var icmp = packet.Icmp;
        var text = (v6, icmp.Type) switch
        {
            (false, 8) or (true, 128) => $"echo request id {icmp.Identifier} seq {icmp.SequenceNumber}",
            (false, 0) or (true, 129) => $"echo reply id {icmp.Identifier} seq {icmp.SequenceNumber}",
            (true, 133) => "router solicitation",
            (true, 134) => "router advertisement",
            (true, 135) => $"neighbor solicitation for {icmp.Target}",
            (true, 136) => $"neighbor advertisement of {icmp.Target}{(icmp.TargetLink.Length == 0 ? "" : $" at {icmp.TargetLink}")}",
            (true, 130) or (true, 131) or (true, 132) or (true, 143) => "multicast listener report",
            (true, 137) => $"redirect of {icmp.Target}",
            _ => IcmpMeaning.Describe(v6, icmp.Type, icmp.Code),
        };
        return icmp.Mtu != 0 ? $"{text}, MTU {icmp.Mtu}" : text;
    }
}
