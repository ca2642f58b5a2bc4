using System.Globalization;
using System.Text;

namespace PacketPath.Labs;

/// <summary>Turns a topology into what <c>ip -batch</c> is given and what is written to /proc/sys, node by node.</summary>
internal sealed class LabPlan
{
    private const string Bridge = "br0";
    private const string Ipv6Mark = "-6 ";
    private const int FirstIndex = 10;

    private static readonly (string Name, string Value)[] Defaults =
    [
        ("net.ipv6.conf.all.accept_dad", "0"),
        ("net.ipv6.conf.default.accept_dad", "0"),
        ("net.ipv6.conf.default.router_solicitations", "0"),
        ("net.ipv6.conf.default.accept_ra", "0"),
        ("net.ipv6.conf.all.disable_ipv6", "0"),
        ("net.ipv6.conf.default.disable_ipv6", "0"),
        ("net.ipv4.conf.all.rp_filter", "0"),
        ("net.ipv4.conf.default.rp_filter", "0"),
        ("net.ipv4.icmp_ratelimit", "0"),
        ("net.ipv4.icmp_msgs_per_sec", "100000"),
        ("net.ipv6.icmp.ratelimit", "0"),
    ];

    private readonly LabTopology _topology;
    private readonly Func<string, string> _namespaceOf;

    public LabPlan(LabTopology topology, Func<string, string> namespaceOf)
    {
        _topology = topology;
        _namespaceOf = namespaceOf;
    }

    /// <summary>Settings that must stand before there are links.</summary>
    public IEnumerable<LabSetting> EarlySettings(LabNode node)
    {
        var forwarding = node.Forwarding ? "1" : "0";
        yield return new LabSetting("net.ipv4.ip_forward", forwarding, Required: true);
        yield return new LabSetting("net.ipv6.conf.all.forwarding", forwarding, Required: false);
        foreach (var (name, value) in Defaults)
        {
            yield return new LabSetting(name, value, Required: false);
        }

        var interfaces = InterfacesOf(node);
        foreach (var (name, value) in node.Sysctls.Where(s => !NamesInterface(s.Key, interfaces)))
        {
            yield return new LabSetting(name, value, Required: true);
        }
    }

    /// <summary>Settings of this node's own interfaces.</summary>
    public IEnumerable<LabSetting> LateSettings(LabNode node)
    {
        var interfaces = InterfacesOf(node);
        return node.Sysctls.Where(s => NamesInterface(s.Key, interfaces)).Select(s => new LabSetting(s.Key, s.Value, Required: true));
    }

    public IReadOnlySet<string> InterfacesOf(LabNode node)
    {
        var names = EndsOf(node).Select(e => e.End.Interface).ToHashSet(StringComparer.Ordinal);
        if (node.IsSwitch)
        {
            names.Add(Bridge);
        }

        return names;
    }

    /// <summary>Every link, made where its ends belong. The indexes differ, so that the kernel reports a lost carrier at once.</summary>
    public string Links()
    {
        var lines = new StringBuilder();
        var index = FirstIndex;
        foreach (var link in _topology.Links)
        {
            var mtu = link.Mtu is int bytes ? $" mtu {bytes}" : "";
            lines.Append(CultureInfo.InvariantCulture, $"link add name {link.A.Interface} index {index++} netns {_namespaceOf(link.A.Node)}{mtu} type veth");
            lines.Append(CultureInfo.InvariantCulture, $" peer name {link.B.Interface} index {index++} netns {_namespaceOf(link.B.Node)}{mtu}\n");
        }

        return lines.ToString();
    }

    /// <summary>Everything up, and every address.</summary>
    public string Interfaces(LabNode node)
    {
        var lines = new StringBuilder("link set lo up\n");
        if (node.IsSwitch)
        {
            lines.Append("link add ").Append(Bridge).Append(" type bridge forward_delay 0\n");
            lines.Append("link set ").Append(Bridge).Append(" up\n");
        }

        foreach (var (_, end) in EndsOf(node))
        {
            if (node.IsSwitch)
            {
                lines.Append("link set ").Append(end.Interface).Append(" master ").Append(Bridge).Append('\n');
            }

            foreach (var address in end.Addresses)
            {
                lines.Append("address add ").Append(address).Append(" dev ").Append(end.Interface).Append('\n');
            }

            lines.Append("link set ").Append(end.Interface).Append(" up\n");
        }

        return lines.ToString();
    }

    /// <summary>Rules and routes of one family.</summary>
    public static string Routing(LabNode node, bool ipv6)
    {
        var lines = new StringBuilder();
        foreach (var (noun, text) in node.Rules.Select(r => ("rule", r)).Concat(node.Routes.Select(r => ("route", r))))
        {
            if (IsIpv6(text) == ipv6)
            {
                lines.Append(noun).Append(" add ").Append(text.StartsWith(Ipv6Mark, StringComparison.Ordinal) ? text[Ipv6Mark.Length..] : text).Append('\n');
            }
        }

        return lines.ToString();
    }

    public IEnumerable<(LabLink Link, LabLinkEnd End)> EndsOf(LabNode node) =>
        _topology.Links.SelectMany(l => new[] { (l, l.A), (l, l.B) }).Where(e => e.Item2.Node == node.Name);

    private static bool NamesInterface(string sysctl, IReadOnlySet<string> interfaces) =>
        sysctl.Split(sysctl.Contains('/') ? '/' : '.').Any(interfaces.Contains);

    /// <summary>Marked so, or some word is an IPv6 address.</summary>
    private static bool IsIpv6(string text) =>
        text.StartsWith(Ipv6Mark, StringComparison.Ordinal) || text.Split(' ').Any(word => word.Count(c => c == ':') >= 2);
}

/// <summary>One kernel setting of a node.</summary>
/// <param name="Name">Its name, with dots or slashes.</param>
/// <param name="Value">Its value.</param>
/// <param name="Required">False where a kernel without it will do.</param>
internal sealed record LabSetting(string Name, string Value, bool Required)
{
    /// <summary>The file that holds it; it is that of the calling thread's namespace.</summary>
    public string File => "/proc/sys/" + (Name.Contains('/') ? Name : Name.Replace('.', '/'));
}
