using System.Net;

namespace PacketPath.Labs;

/// <summary>Reads the nodes, links and services of a scenario document.</summary>
internal static class LabTopologyReader
{
    private const int LongestNodeName = 32;
    private const int LongestInterfaceName = 15;

    public static LabNode Node(string name, JsonCursor at)
    {
        if (name.Length is 0 or > LongestNodeName || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') || name[0] == '-')
        {
            throw at.Wrong($"'{name}' is not a node name: letters, digits and hyphens, at most {LongestNodeName}.");
        }

        var members = at.Members("switch", "forwarding", "routes", "rules", "sysctls", "resolver", "commands", "services");
        return new LabNode
        {
            Name = name,
            IsSwitch = members.TryGetValue("switch", out var isSwitch) && isSwitch.Flag(),
            Forwarding = members.TryGetValue("forwarding", out var forwarding) && forwarding.Flag(),
            Routes = members.TryGetValue("routes", out var routes) ? routes.Texts() : [],
            Rules = members.TryGetValue("rules", out var rules) ? rules.Texts() : [],
            Sysctls = members.TryGetValue("sysctls", out var sysctls) ? Sysctls(sysctls) : new Dictionary<string, string>(),
            Resolver = members.TryGetValue("resolver", out var resolver) ? LabResolverReader.Read(resolver) : null,
            Commands = members.TryGetValue("commands", out var commands) ? commands.Texts() : [],
            Services = members.TryGetValue("services", out var services) ? [.. services.Items().Select(Service)] : [],
        };
    }

    public static LabLink[] Links(JsonCursor at, IReadOnlyList<LabNode> nodes)
    {
        var links = new List<LabLink>();
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in at.Items())
        {
            var members = item.Members("ends", "mtu");
            var ends = item.Required(members, "ends");
            var read = ends.AnyMembers().Select(e => End(e.Key, e.Value, nodes, taken)).ToArray();
            if (read.Length != 2)
            {
                throw ends.Wrong($"a link has two ends, this one has {read.Length}.");
            }

            var mtu = members.TryGetValue("mtu", out var bytes) ? bytes.Whole(68, 65535) : (int?)null;
            links.Add(new LabLink { A = read[0], B = read[1], Mtu = mtu });
        }

        return [.. links];
    }

    private static LabLinkEnd End(string text, JsonCursor at, IReadOnlyList<LabNode> nodes, HashSet<string> taken)
    {
        var colon = text.IndexOf(':');
        if (colon < 1)
        {
            throw at.Wrong($"'{text}' is not an end of a link: 'node:interface' is wanted.");
        }

        var (node, name) = (text[..colon], text[(colon + 1)..]);
        if (nodes.All(n => n.Name != node))
        {
            throw at.Wrong($"there is no node '{node}'. The nodes are: {string.Join(", ", nodes.Select(n => n.Name))}.");
        }

        if (name.Length is 0 or > LongestInterfaceName || name is "." or ".." or "lo" || name.Any(c => c is '/' or ':' || char.IsWhiteSpace(c) || char.IsControl(c)))
        {
            throw at.Wrong($"'{name}' is not an interface name: at most {LongestInterfaceName} characters, none of them '/', ':' or a space, and not 'lo'.");
        }

        if (!taken.Add(text))
        {
            throw at.Wrong($"'{text}' is an end of another link already.");
        }

        return new LabLinkEnd { Node = node, Interface = name, Addresses = [.. at.Items().Select(Address)] };
    }

    private static string Address(JsonCursor at)
    {
        var text = at.Text();
        var prefix = text.Split(' ')[0];
        var slash = prefix.IndexOf('/');
        var right = slash > 0 && (prefix.Contains(':') || prefix.Count(c => c == '.') == 3)
            && IPAddress.TryParse(prefix[..slash], out var address)
            && int.TryParse(prefix[(slash + 1)..], out var length)
            && length >= 0 && length <= (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128);
        return right ? text : throw at.Wrong($"'{prefix}' is not an address with a prefix length, for example 192.0.2.1/24 or 2001:db8::1/64.");
    }

    private static Dictionary<string, string> Sysctls(JsonCursor at)
    {
        var sysctls = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in at.AnyMembers())
        {
            if (!name.StartsWith("net.", StringComparison.Ordinal) && !name.StartsWith("net/", StringComparison.Ordinal))
            {
                throw value.Wrong($"'{name}' is not a setting of a network namespace: those begin with 'net.'.");
            }

            if (name.Contains("..", StringComparison.Ordinal) || name.Contains('\'') || value.Scalar().Contains('\''))
            {
                throw value.Wrong("a setting holds no quote and no '..'.");
            }

            sysctls.Add(name, value.Scalar());
        }

        return sysctls;
    }

    private static LabService Service(JsonCursor at)
    {
        var all = at.Members(["type", "port", "address", "backlog", "percent", "silentNames", "refusedNames", "retry", "answer", "status", "credential", "run", "ready", .. LabTlsReader.Members, .. LabDnsReader.Names]);
        var kind = at.Required(all, "type").Word<LabServiceKind>();
        var members = kind switch
        {
            LabServiceKind.Command => at.Members("type", "run", "ready"),
            LabServiceKind.TrackedFlows => at.Members("type", "percent", "address"),
            LabServiceKind.Tls => at.Members(["type", "port", "address", .. LabTlsReader.Members]),
            LabServiceKind.Quic => at.Members("type", "port", "address", "silentNames", "refusedNames", "retry"),
            LabServiceKind.Dns => at.Members(["type", "port", "address", .. LabDnsReader.Names]),
            LabServiceKind.TcpListen => at.Members("type", "port", "address", "backlog"),
            LabServiceKind.Proxy => at.Members("type", "port", "address", "answer", "status", "credential"),
            _ => at.Members("type", "port", "address"),
        };
        if (kind == LabServiceKind.Command)
        {
            return new LabService
            {
                Kind = kind,
                Run = at.Required(members, "run").Text(),
                Ready = members.TryGetValue("ready", out var ready) ? Readiness(ready) : null,
            };
        }

        return new LabService
        {
            Kind = kind,
            Port = kind == LabServiceKind.TrackedFlows ? 0 : at.Required(members, "port").Whole(1, 65535),
            Address = members.TryGetValue("address", out var address) ? Literal(address) : null,
            Backlog = members.TryGetValue("backlog", out var backlog) ? backlog.Whole(0, 65535) : 128,
            Tls = kind == LabServiceKind.Tls ? LabTlsReader.Read(at, members) : null,
            Percent = members.TryGetValue("percent", out var percent) ? percent.Whole(1, 100) : 100,
            SilentNames = members.TryGetValue("silentNames", out var silent) ? silent.Texts() : [],
            RefusedNames = members.TryGetValue("refusedNames", out var refused) ? refused.Texts() : [],
            Retry = members.TryGetValue("retry", out var retry) && retry.Flag(),
            Answer = members.TryGetValue("answer", out var answer) ? answer.Word<LabProxyAnswer>() : members.ContainsKey("status") ? LabProxyAnswer.Status : LabProxyAnswer.Tunnel,
            Status = members.TryGetValue("status", out var status) ? status.Whole(100, 999) : 403,
            Credential = members.TryGetValue("credential", out var credential) ? credential.Text() : null,
            Dns = kind == LabServiceKind.Dns ? LabDnsReader.Read(at, members) : null,
        };
    }

    private static string Literal(JsonCursor at)
    {
        var text = at.Text();
        return IPAddress.TryParse(text, out _) && (text.Contains(':') || text.Count(c => c == '.') == 3)
            ? text
            : throw at.Wrong($"'{text}' is not an address.");
    }

    private static LabReadiness Readiness(JsonCursor at)
    {
        var members = at.Members("tcpPort", "file", "output", "timeoutSeconds");
        var ready = new LabReadiness
        {
            TcpPort = members.TryGetValue("tcpPort", out var port) ? port.Whole(1, 65535) : null,
            File = members.TryGetValue("file", out var file) ? file.Text() : null,
            Output = members.TryGetValue("output", out var output) ? output.Text() : null,
            TimeoutSeconds = members.TryGetValue("timeoutSeconds", out var seconds) ? seconds.Seconds(120) : 10,
        };
        var conditions = (ready.TcpPort is null ? 0 : 1) + (ready.File is null ? 0 : 1) + (ready.Output is null ? 0 : 1);
        return conditions == 1 ? ready : throw at.Wrong("exactly one of tcpPort, file and output is wanted.");
    }
}
