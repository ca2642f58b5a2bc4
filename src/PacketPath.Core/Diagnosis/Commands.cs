namespace PacketPath.Diagnosis;

/// <summary>Writes commands that run as they stand: the real address, interface and namespace filled in, every value quoted where it must be.</summary>
internal sealed class Commands(EvidenceSet evidence)
{
    private const int PortToTry = 443;

    private string Netns => IsNamed ? " -NetNamespace " + Quote(evidence.Key.NetNamespace) : "";

    // A namespace without a name is the process's own, or one only its process id can open.
    private bool IsNamed => evidence.Key.NetNamespace.Length > 0 && !evidence.Key.NetNamespace.StartsWith("net:[", StringComparison.Ordinal);

    /// <summary>The same attempt again.</summary>
    public string Probe(string options = "") => ProbeOf(Address(evidence.RemoteAddress), options);

    /// <summary>The same attempt again, and what it comes to.</summary>
    public string ProbeAndResolve(string options = "") => Probe(options) + " | Resolve-PacketFailure";

    /// <summary>An attempt on another address.</summary>
    public string ProbeOf(string address, string options = "")
    {
        var port = evidence.Key.RemotePort is > 0 and <= 65535 ? evidence.Key.RemotePort : PortToTry;
        return Describe.Text($"Test-SynPath -TargetName {Quote(address)} -Port {port}{Mark}{options}{Netns}");
    }

    /// <summary>The route of this target.</summary>
    public string Route() => RouteOf(Address(evidence.RemoteAddress));

    /// <summary>The route of an address.</summary>
    public string RouteOf(string address) => $"Get-PacketRoute -Destination {Quote(Address(address))}{Mark}{Netns}";

    /// <summary>The entries of the routing tables.</summary>
    public string Routes() => $"Get-PacketRoute -List{Family}{Netns}";

    /// <summary>The entries of one prefix, in every table, with who made them.</summary>
    public string Routes(string prefix) => $"{Routes()} | Where-Object DestinationPrefix -eq {Quote(prefix)}";

    /// <summary>The policy rules of one priority, with who made them.</summary>
    public string Rules(string priority) => $"{Rules()} | Where-Object Priority -eq {priority} | Format-List";

    /// <summary>The policy rules.</summary>
    public string Rules() => $"Get-PolicyRule{Family}{Netns}";

    /// <summary>A neighbor entry.</summary>
    public string Neighbor(string address, string alias) =>
        $"Get-NeighborEntry -IPAddress {Quote(Address(address))}{Option("-InterfaceAlias", alias)}{Netns}";

    /// <summary>An interface; all of them where the name is unknown.</summary>
    public string Interface(string alias) => $"Get-PacketInterface{Option("-InterfaceAlias", alias)}{Netns}";

    /// <summary>A command of iproute2, in the right namespace and family.</summary>
    public string Ip(string arguments) =>
        $"ip{(IsNamed ? " -n " + Quote(evidence.Key.NetNamespace) : "")}{(evidence.IsIPv6 ? " -6" : "")} {arguments}";

    /// <summary>Any other command, in the right namespace.</summary>
    public string Run(string command) => IsNamed ? $"ip netns exec {Quote(evidence.Key.NetNamespace)} {command}" : command;

    /// <summary>The firewall's rules.</summary>
    public string Firewall() => Run("nft list ruleset");

    /// <summary>A value as one PowerShell argument: bare where that is safe, else in single quotes.</summary>
    public static string Quote(string value)
    {
        var bare = value.Length > 0 && value[0] != '-' && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or ':' or '-' or '_' or '/' or '%');
        if (bare)
        {
            return value;
        }

        var escaped = string.Concat(value.Select(c => c is '\'' or '\u2018' or '\u2019' or '\u201a' or '\u201b' ? $"{c}{c}" : $"{c}"));
        return $"'{escaped}'";
    }

    private string Mark => evidence.Probe?.Mark is > 0 and var probed
        ? Describe.Text($" -Mark {probed}")
        : evidence.Route?.Mark is > 0 and var routed ? Describe.Text($" -Mark {routed}") : "";

    private string Family => evidence.RemoteAddress.Length == 0 ? "" : evidence.IsIPv6 ? " -IPv6" : " -IPv4";

    private static string Option(string name, string value) => value.Length == 0 ? "" : $" {name} {Quote(value)}";

    private static string Address(string address) => address.Length == 0 ? "localhost" : address;
}
