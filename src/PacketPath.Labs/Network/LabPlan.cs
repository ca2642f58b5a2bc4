using System.Text;

namespace PacketPath.Labs;

/// <summary>Turns a topology into the text that <c>ip -batch</c> and <c>sh</c> are given, node by node.</summary>
internal sealed class LabPlan
{
    private const string Bridge = "br0";

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
    public static string EarlySysctls(LabNode node, IReadOnlySet<string> interfaces)
    {
        var script = new StringBuilder();
        var forwarding = node.Forwarding ? "1" : "0";
        Set(script, "net.ipv4.ip_forward", forwarding, required: true);
        Set(script, "net.ipv6.conf.all.forwarding", forwarding, required: false);
        foreach (var (name, value) in Defaults)
        {
            Set(script, name, value, required: false);
        }

        foreach (var (name, value) in node.Sysctls.Where(s => !NamesInterface(s.Key, interfaces)))
        {
            Set(script, name, value, required: true);
        }

        return script.ToString();
    }

    /// <summary>Settings of this node's own interfaces.</summary>
    public static string LateSysctls(LabNode node, IReadOnlySet<string> interfaces)
    {
        var script = new StringBuilder();
        foreach (var (name, value) in node.Sysctls.Where(s => NamesInterface(s.Key, interfaces)))
        {
            Set(script, name, value, required: true);
        }

        return script.ToString();
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

    /// <summary>The links whose first end is on this node.</summary>
    public string Links(LabNode node)
    {
        var lines = new StringBuilder();
        foreach (var link in _topology.Links.Where(l => l.A.Node == node.Name))
        {
            var mtu = link.Mtu is int bytes ? $" mtu {bytes}" : "";
            lines.Append("link add ").Append(link.A.Interface).Append(mtu).Append(" type veth peer name ").Append(link.B.Interface)
                .Append(mtu);
            if (link.B.Node != node.Name)
            {
                lines.Append(" netns ").Append(_namespaceOf(link.B.Node));
            }

            lines.Append('\n');
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

    /// <summary>Routes and rules of one family: those marked <c>-6</c>, or the rest.</summary>
    public static string Routing(LabNode node, bool marked)
    {
        const string mark = "-6 ";
        var lines = new StringBuilder();
        foreach (var (noun, text) in node.Rules.Select(r => ("rule", r)).Concat(node.Routes.Select(r => ("route", r))))
        {
            if (text.StartsWith(mark, StringComparison.Ordinal) == marked)
            {
                lines.Append(noun).Append(" add ").Append(marked ? text[mark.Length..] : text).Append('\n');
            }
        }

        return lines.ToString();
    }

    public IEnumerable<(LabLink Link, LabLinkEnd End)> EndsOf(LabNode node) =>
        _topology.Links.SelectMany(l => new[] { (l, l.A), (l, l.B) }).Where(e => e.Item2.Node == node.Name);

    private static bool NamesInterface(string sysctl, IReadOnlySet<string> interfaces) =>
        sysctl.Split(sysctl.Contains('/') ? '/' : '.').Any(interfaces.Contains);

    private static void Set(StringBuilder script, string name, string value, bool required)
    {
        var path = "/proc/sys/" + (name.Contains('/') ? name : name.Replace('.', '/'));
        var write = $"echo '{value}' > '{path}'";
        script.Append(required ? $"{write} || exit 1\n" : $"[ -e '{path}' ] && {write}\n");
    }
}
