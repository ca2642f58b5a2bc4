namespace PacketPath.Diagnosis;

/// <summary>Writes commands that run as they stand: the real address, interface and namespace filled in, every value quoted where it must be.</summary>
internal sealed class Commands(EvidenceSet evidence, string? elsewhere = null)
{
    private const int PortToTry = 443;

    private string Place => elsewhere ?? evidence.Key.NetNamespace;

    // A namespace without a name is the process's own, or one that only what the user wrote can open.
    private string Netns => Option("-NetNamespace", IsNamed ? Place : Asked?.RequestedNetNamespace ?? "");

    private bool IsNamed => Place.Length > 0 && !Place.StartsWith("net:[", StringComparison.Ordinal);

    /// <summary>The same commands in another namespace: on a router or the target.</summary>
    public Commands At(string netNamespace) => new(evidence, netNamespace);

    /// <summary>True where the evidence is of the process's own namespace, as far as can be told.</summary>
    public bool IsOwnNamespace => !IsNamed && Asked?.RequestedNetNamespace is null;

    /// <summary>What the user asked for; null where nothing was tried.</summary>
    private SynPathResult? Asked => evidence.Probes.Count == 0 || elsewhere is not null ? null : evidence.Probes[0];

    /// <summary>The same attempt again.</summary>
    public string Probe(string options = "") => Probe(options, Bound);

    /// <summary>The same request of a proxy again, and what it comes to.</summary>
    public string Proxy(ProxyConnectResult asked, string options = "") => Describe.Text(
        $"Test-ProxyConnect -Target {Quote(TargetKey.Text(asked.TunnelHost, Math.Clamp(asked.TunnelPort, 1, 65535)))} -Proxy {Quote(asked.ProxyUri)}{Bound}{Mark}{User}{options}{Netns} | Resolve-PacketFailure");

    /// <summary>The same attempt again, and what it comes to.</summary>
    public string ProbeAndResolve(string options = "") => Probe(options) + Resolved;

    /// <summary>The same question to a name server again, and what it comes to.</summary>
    /// <param name="result">What was asked.</param>
    /// <param name="type">The type; null for the same.</param>
    /// <param name="server">Empty for the resolvers of the namespace; null for the same.</param>
    public string Dns(DnsTruncationResult result, string? type = null, string? server = null)
    {
        var port = result.RemotePort is 53 or < 1 or > 65535 || server is not null ? "" : Describe.Text($" -ServerPort {result.RemotePort}");
        var place = IsNamed ? Place : result.RequestedNetNamespace ?? "";
        return $"Test-DnsTruncation -Name {Quote(Or(result.Name, "localhost"))}{Option("-Server", server ?? Address(evidence.RemoteAddress))}{Option("-Type", type ?? result.Type)}{port}{Option("-NetNamespace", place)} | Resolve-PacketFailure";
    }

    /// <summary>The same path MTU probe again.</summary>
    public string Mtu(string options = "") => $"Invoke-MtuProbe -TargetName {Quote(Address(evidence.RemoteAddress))}{options}{Netns}";

    /// <summary>The same TLS handshake again, and what it comes to.</summary>
    public string Tls(TlsHandshake handshake, string options = "")
    {
        var port = evidence.Key.RemotePort is > 0 and <= 65535 ? evidence.Key.RemotePort : PortToTry;
        var name = Option("-ServerName", handshake.ServerName ?? "");
        var files = evidence.Applications.OfType<TlsServerNameResult>().FirstOrDefault(r => r.Handshakes.Contains(handshake))?.TrustedCertificate ?? [];
        name += files.Length == 0 || options.Contains("-TrustedCertificate", StringComparison.Ordinal) ? "" : $" -TrustedCertificate {string.Join(", ", files.Select(Quote))}";
        return Describe.Text($"Test-TlsServerName -TargetName {Quote(Address(evidence.RemoteAddress))} -Port {port}{name}{Bound}{Mark}{User}{options}{Netns} | Resolve-PacketFailure");
    }

    /// <summary>The same question for QUIC again, and what it comes to.</summary>
    public string Quic(QuicPathResult quic) => Describe.Text(
        $"Test-QuicPath -TargetName {Quote(Address(evidence.RemoteAddress))} -Port {Math.Clamp(quic.RemotePort, 1, 65535)}{Option("-ServerName", quic.Handshake?.ServerName ?? "")}{Bound}{Mark}{User}{Netns} | Resolve-PacketFailure");

    /// <summary>What of the firewall could apply to datagrams of this flow on their way out.</summary>
    public string UdpFirewall() => Describe.Text(
        $"Get-FirewallHook -Destination {Quote(Address(evidence.RemoteAddress))} -Port {evidence.Key.RemotePort} -Protocol Udp{Option("-OutputInterface", evidence.InterfaceAlias)}{User}{Netns}");

    /// <summary>The same attempt through another interface, whose own address it then takes, and what it comes to.</summary>
    public string ProbeThrough(string alias) => Probe(Option("-InterfaceAlias", alias), "") + Resolved;

    // A trace comes with its verdict.
    private string Resolved => evidence.IsUdp ? "" : " | Resolve-PacketFailure";

    private string Udp => evidence.IsUdp ? " -Protocol Udp" : "";

    private string Probe(string options, string bound)
    {
        var port = evidence.Key.RemotePort is > 0 and <= 65535 ? evidence.Key.RemotePort : PortToTry;
        return evidence.IsUdp
            ? Describe.Text($"Trace-PacketPath -TargetName {Quote(Address(evidence.RemoteAddress))} -Port {port} -Protocol Udp{bound}{Mark}{User}{options.Replace(" -FindHop", " -Deep", StringComparison.Ordinal)}{Netns}")
            : Describe.Text($"Test-SynPath -TargetName {Quote(Address(evidence.RemoteAddress))} -Port {port}{bound}{Mark}{User}{options}{Netns}");
    }

    /// <summary>The route of this target.</summary>
    public string Route() => RouteOf(Address(evidence.RemoteAddress));

    /// <summary>The route of an address.</summary>
    public string RouteOf(string address) => $"Get-PacketRoute -Destination {Quote(Address(address))}{Bound}{Mark}{User}{Netns}";

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

    /// <summary>The counters of connection tracking.</summary>
    public string ConntrackStats() => $"Get-ConntrackStats{Netns}";

    /// <summary>Who holds the table of connection tracking.</summary>
    public string ConntrackUsers() => $"Get-ConntrackEntry{Netns} | Group-Object OriginalSourceAddress, OriginalDestinationAddress -NoElement | Sort-Object Count -Descending | Select-Object -First 10";

    /// <summary>The tracked connections to the target.</summary>
    public string ConntrackEntries() => $"Get-ConntrackEntry -DestinationAddress {Quote(Address(evidence.RemoteAddress))}{Netns}";

    /// <summary>The connections to the target whose source is translated.</summary>
    public string TranslatedTo() => $"Get-ConntrackEntry -DestinationAddress {Quote(Address(evidence.RemoteAddress))} -NatType Source{Netns}";

    /// <summary>An interface; all of them where the name is unknown.</summary>
    public string Interface(string alias) => $"Get-PacketInterface{Option("-InterfaceAlias", alias)}{Netns}";

    /// <summary>The queues of an interface, and what they lose from now on.</summary>
    public string Queues(string alias) => $"Get-QueueStats{Option("-InterfaceAlias", alias)} -All -IntervalSeconds 1 -SampleCount 5{Netns}";

    /// <summary>The queues of one kind, and what they lose from now on.</summary>
    public string QueuesOf(QueueKind kind) => $"Get-QueueStats -Kind {kind} -All -IntervalSeconds 1 -SampleCount 5{Netns}";

    /// <summary>A command of iproute2, in the right namespace and family.</summary>
    public string Ip(string arguments)
    {
        var command = (evidence.IsIPv6 ? "-6 " : "") + arguments;
        return IsNamed ? $"ip -n {Quote(Place)} {command}" : Run("ip " + command);
    }

    /// <summary>Any other command, in the right namespace.</summary>
    public string Run(string command) => IsNamed
        ? $"ip netns exec {Quote(Place)} {command}"
        : Asked?.RequestedNetNamespace switch
        {
            null => command,
            var id when id.All(char.IsAsciiDigit) => $"nsenter --net={Quote($"/proc/{id}/ns/net")} {command}",
            var path when path.Contains('/') => $"nsenter --net={Quote(path)} {command}",
            _ => command,
        };

    /// <summary>The sockets of wherever a socket was read.</summary>
    public static string Sockets(SocketEntry where, string options)
    {
        var isNamed = where.NetNamespace.Length > 0 && !where.NetNamespace.StartsWith("net:[", StringComparison.Ordinal);
        return $"Get-SocketEntry {options.Split(" | ")[0]}{Option("-NetNamespace", isNamed ? where.NetNamespace : "")}{(options.Contains(" | ") ? " | " + options.Split(" | ", 2)[1] : "")}";
    }

    /// <summary>The sockets to this target, by state.</summary>
    public string SocketsTo(string options = "") => Describe.Text(
        $"Get-SocketEntry -RemoteAddress {Quote(Address(evidence.RemoteAddress))} -RemotePort {Math.Clamp(evidence.Key.RemotePort, 0, 65535)}{options}{Netns} | Group-Object State, OwningProcessName -NoElement");

    /// <summary>Who listens on the target's port.</summary>
    public string Listeners() => Describe.Text($"Get-SocketEntry{(evidence.IsUdp ? " -Protocol Udp" : " -State Listen")} -LocalPort {Math.Clamp(evidence.Key.RemotePort, 0, 65535)}{Netns}");

    /// <summary>The connections to the port whose handshake is not complete.</summary>
    public string HalfOpen() => Describe.Text($"Get-SocketEntry -State SynReceived -LocalPort {Math.Clamp(evidence.Key.RemotePort, 0, 65535)}{Netns}");

    /// <summary>The firewall's rules.</summary>
    public string Firewall() => $"Get-FirewallHook{Netns}";

    /// <summary>What of the firewall could apply to this flow's first packet on its way out.</summary>
    public string OutputFirewall() => Describe.Text(
        $"Get-FirewallHook -Destination {Quote(Address(evidence.RemoteAddress))} -Port {evidence.Key.RemotePort}{Udp}{Option("-OutputInterface", evidence.InterfaceAlias)}{User}{Netns}");

    /// <summary>What of the firewall could apply to the answer on its way in.</summary>
    public string InputFirewall(string? alias) => evidence.Probe is not { LocalAddress: { } local } probe ? Firewall() : Describe.Text(
        $"Get-FirewallHook -Destination {Quote(local)} -Port {probe.LocalPort} -Direction Input -Source {Quote(evidence.RemoteAddress)} -SourcePort {probe.RemotePort}{Udp}{Option("-InputInterface", alias ?? "")} -ConntrackState established{Netns}");

    /// <summary>The same question to a host as a server.</summary>
    public string Listening(ListeningResult inbound) => Describe.Text(
        $"Trace-PacketPath -Listening -TargetName {Quote(Address(inbound.RemoteAddress))} -Port {inbound.RemotePort}{Udp}{Option("-From", inbound.PeerAddress ?? "")}{Netns}");

    /// <summary>What of the firewall could apply to a connection that comes in.</summary>
    public string InputOf(ListeningResult inbound) => Describe.Text(
        $"Get-FirewallHook -Destination {Quote(Address(inbound.RemoteAddress))} -Port {inbound.RemotePort} -Direction Input{Udp}{Option("-Source", inbound.PeerAddress ?? "")}{Option("-InputInterface", inbound.InputInterface ?? "")}{Netns}");

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

    private string Bound => Option("-SourceAddress", Asked?.RequestedSourceAddress ?? "") + Option("-InterfaceAlias", Asked?.RequestedInterfaceAlias ?? "");

    private string Mark => evidence.Probe?.Mark is > 0 and var probed
        ? Describe.Text($" -Mark {probed}")
        : evidence.Route?.Mark is > 0 and var routed ? Describe.Text($" -Mark {routed}") : "";

    private string User => (Asked is { } asked ? asked.RequestedUid : evidence.Route?.Uid) is { } user ? Describe.Text($" -Uid {user}") : "";

    private string Family => evidence.RemoteAddress.Length == 0 ? "" : evidence.IsIPv6 ? " -IPv6" : " -IPv4";

    private static string Or(string text, string otherwise) => text.Length > 0 ? text : otherwise;

    private static string Option(string name, string value) => value.Length == 0 ? "" : $" {name} {Quote(value)}";

    private static string Address(string address) => address.Length == 0 ? "localhost" : address;
}
