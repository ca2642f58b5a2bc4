using System.Net;

namespace PacketPath.Capture;

/// <summary>Writes BPF filter expressions (pcap-filter(7)) for what the probes watch.</summary>
public static class CaptureFilter
{
    // Beyond this many the filter drops the condition: the program must stay small enough for the kernel.
    private const int MostConditions = 16;

    // tcp[tcpflags] does not reach into IPv6: byte 13 of the TCP header behind a plain 40-byte header.
    private const string SynOrReset4 = "tcp[13] & 6 != 0";
    private const string SynOrReset6 = "ip6[6] = 6 and ip6[53] & 6 != 0";
    private const string Errors4 = "(icmp and (icmp[0] = 3 or icmp[0] = 4 or icmp[0] = 5 or icmp[0] = 11 or icmp[0] = 12))";
    private const string Errors6 = "(ip6[6] = 58 and ip6[40] < 128)";

    // What hides behind extension headers cannot be tested here: let it through, the decoder sorts it out. All but
    // group membership reports (hop-by-hop, then ICMPv6), which every host sends unasked.
    private const string Extended6 = "(ip6 and ((ip6[6] = 0 and ip6[40] != 58) or ip6[6] = 43 or ip6[6] = 44 or ip6[6] = 51 or ip6[6] = 60))";

    /// <summary>
    /// TCP segments with SYN or RST to or from these peers, and every ICMP error. With many peers, or IPv6 extension
    /// headers, more passes than was asked; never less.
    /// </summary>
    /// <param name="peers">The remote addresses and ports; port 0 stands for every port. Empty: every peer.</param>
    public static string ForSyn(IEnumerable<IPEndPoint> peers)
    {
        ArgumentNullException.ThrowIfNull(peers);
        var all = peers.Select(p => new IPEndPoint(Plain(p.Address), p.Port)).Distinct().ToArray();
        var v4 = Array.FindAll(all, p => p.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork);
        var v6 = Array.FindAll(all, p => p.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6);
        var terms = new List<string>();
        if (v4.Length > 0 || all.Length == 0)
        {
            terms.Add(Join(" and ", SynOrReset4, Ports(v4, port => $"port {port}"), Hosts(v4, "ip")));
            terms.Add(Errors4);
        }

        if (v6.Length > 0 || all.Length == 0)
        {
            terms.Add(Join(" and ", SynOrReset6, Ports(v6, port => $"ip6[40:2] = {port} or ip6[42:2] = {port}"), Hosts(v6, "ip6")));
            terms.Add(Errors6);
            terms.Add(Extended6);
        }

        return string.Join(" or ", terms);
    }

    /// <summary>
    /// Datagrams from or to a port, those of one length whatever their ports, as address translation may leave them, and every ICMP error.
    /// With IPv6 extension headers more passes than was asked; never less.
    /// </summary>
    /// <param name="port">The port; 0 for every datagram.</param>
    /// <param name="length">The length in the UDP header; 0 for none in particular.</param>
    public static string ForDatagrams(int port, int length)
    {
        var datagrams = port == 0 ? "udp" : length == 0 ? $"udp port {port}" : $"udp port {port} or udp[4:2] = {length} or (ip6[6] = 17 and ip6[44:2] = {length})";
        return $"{datagrams} or {Errors4} or {Errors6} or {Extended6}";
    }

    /// <summary>Every ICMP error and every echo reply, of both families.</summary>
    public static string ForIcmp() =>
        $"{Errors4} or (icmp and icmp[0] = 0) or (ip6[6] = 58 and (ip6[40] < 128 or ip6[40] = 129))";

    /// <summary>Every TCP segment to or from one peer; with IPv6 extension headers more passes than was asked.</summary>
    public static string ForConnections(IPEndPoint peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        var address = Plain(peer.Address);
        return address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork
            ? $"ip host {address} and tcp port {peer.Port}"
            : $"ip6 host {address} and ((ip6[6] = 6 and (ip6[40:2] = {peer.Port} or ip6[42:2] = {peer.Port})) or {Extended6})";
    }

    private static IPAddress Plain(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : new IPAddress(address.GetAddressBytes());

    private static string Ports(IPEndPoint[] peers, Func<int, string> term) =>
        Array.Exists(peers, p => p.Port == 0) ? "" : AnyOf(peers.Select(p => p.Port).Distinct().Order().Select(term));

    private static string Hosts(IPEndPoint[] peers, string family) =>
        AnyOf(peers.Select(p => p.Address).Distinct().Select(a => $"{family} host {a}"));

    private static string AnyOf(IEnumerable<string> conditions)
    {
        string[] all = [.. conditions];
        return all.Length is 0 or > MostConditions ? "" : $"({string.Join(" or ", all)})";
    }

    private static string Join(string separator, params string[] terms) =>
        $"({string.Join(separator, terms.Where(t => t.Length > 0))})";
}
