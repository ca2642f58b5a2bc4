using PacketPath.Module.Tests.Shell;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests;

/// <summary>The module in a process that lacks something: it answers what it can, and says what is missing.</summary>
public class MissingPrivilegeTests
{
    private const string Problem = "ForEach-Object { \"$($_.FullyQualifiedErrorId) / $($_.Exception.Message) / $($_.ErrorDetails.RecommendedAction)\" }";
    private const string CapNetAdmin = "needs CAP_NET_ADMIN in the user namespace that owns the network namespace";
    private const string Remedy = "Run as root (sudo pwsh), or give the process CAP_NET_ADMIN.";

    private static readonly string[] OrdinaryUser = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "env", "HOME=/tmp"];

    [RootFact]
    public void WithoutTheCapabilityAnotherNamespaceIsAnErrorAndTheOwnIsNot()
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        var ns = network.NamespaceOf("a");
        var run = ShellProcess.CommandUnder(
            ["setpriv", "--bounding-set", "-sys_admin", "--inh-caps", "-sys_admin"],
            $"Get-PacketRoute 127.0.0.1 -NetNamespace {ns} -ErrorAction SilentlyContinue -ErrorVariable route; $route | {Problem}; "
            + $"Test-SynPath 127.0.0.1 1 -NetNamespace {ns} -ErrorAction SilentlyContinue -ErrorVariable probe; $probe | {Problem}; "
            + "Get-PacketRoute 127.0.0.1 | ForEach-Object { \"route $($_.Outcome)\" }; Test-SynPath 127.0.0.1 1 | ForEach-Object { \"probe $($_.Outcome) $($_.CaptureStatus)\" }");
        Assert.Equal((0, ""), (run.Code, run.Error));
        var lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, lines.Length);
        foreach (var line in lines[..2])
        {
            Assert.StartsWith("NetNamespacePermissionDenied,", line);
            Assert.Contains($"'{ns}' may not be entered: CAP_SYS_ADMIN is missing.", line);
            Assert.Contains("sudo pwsh", line);
        }

        Assert.Equal(["route Usable", "probe Refused Complete"], lines[2..]);
    }

    [RootFact]
    public void WithoutRawSocketsNeighborsAreListedUnverified()
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        network.MustExec("a", "ip neigh replace 10.1.0.2 lladdr 02:00:00:00:00:02 dev eth0 nud permanent");
        var lines = AsOrdinaryUser(
            network,
            $"Get-NeighborEntry 10.1.0.2 -InterfaceAlias eth0 -Verify -ErrorAction SilentlyContinue -ErrorVariable refused | ForEach-Object {{ \"$($_.LinkLayerAddress) $($_.IsVerified)\" }}; $refused | {Problem}");
        Assert.Equal("02:00:00:00:00:02 False", lines[0]);
        Assert.StartsWith("LinkNotAsked,", lines[1], StringComparison.Ordinal);
        Assert.Contains("CAP_NET_RAW", lines[1], StringComparison.Ordinal);
    }

    [RootFact]
    public void AnOrdinaryUserAsksNameServersAndIsToldThatTheWireIsNotWatched()
    {
        using var network = LabNetwork.Build(new LabTopology
        {
            Nodes =
            [
                new LabNode { Name = "a" },
                new LabNode
                {
                    Name = "b",
                    Services = [new LabService { Kind = LabServiceKind.Dns, Port = 53, Address = "10.1.0.2", Dns = new LabDns { Large = new Dictionary<string, int> { ["big.lab"] = 3000 } } }],
                },
            ],
            Links = [Topologies.Link("a:eth0", "b:eth0", "10.1.0.1/24", "10.1.0.2/24")],
        });
        var lines = AsOrdinaryUser(
            network,
            "Test-DnsTruncation big.lab 10.1.0.2 -Type TXT | ForEach-Object { \"$($_.Outcome) $($_.TcpOutcome) $($_.AnswersEqual) $($_.CaptureStatus) '$($_.Fragments)'\"; $_.NotObserved | ForEach-Object { \"$($_.What) / $($_.Why)\" } }");
        Assert.Equal("Truncated Answered True Unavailable ''", lines[0]);
        Assert.StartsWith("queries and answers on the wire", lines[1], StringComparison.Ordinal);
        Assert.Contains("CAP_NET_RAW", lines[1], StringComparison.Ordinal);
    }

    [RootFact]
    public void AnOrdinaryUserSeesEverySocketAndIsToldWhatIsMissingOfIt()
    {
        using var listener = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        listener.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        listener.Listen(7);
        var port = ((System.Net.IPEndPoint)listener.LocalEndPoint!).Port;

        var run = ShellProcess.CommandUnder(
            OrdinaryUser,
            $"Get-SocketEntry -LocalPort {port} -State Listen | ForEach-Object {{ \"$($_.AcceptQueueLimit) user $($_.UserId) process '$($_.OwningProcess)' mark '$($_.Mark)'\"; $_.NotObserved | ForEach-Object {{ \"$($_.What) / $($_.Why) / $($_.Remedy)\" }} }}; "
            + $"Get-SocketEntry -OwningProcess {Environment.ProcessId} -ErrorAction SilentlyContinue -ErrorVariable denied; $denied | {Problem}");

        Assert.Equal((0, ""), (run.Code, run.Error));
        var lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, lines.Length);
        Assert.Equal("7 user 0 process '' mark ''", lines[0]);
        Assert.StartsWith("firewall mark / ", lines[1]);
        Assert.Contains("CAP_NET_ADMIN", lines[1]);
        Assert.StartsWith("owning process / ", lines[2]);
        Assert.Contains("CAP_SYS_PTRACE", lines[2]);
        Assert.StartsWith("ProcessNotReadable,", lines[3]);
        Assert.Contains("CAP_SYS_PTRACE", lines[3]);
    }

    [RootFact]
    public void AnOrdinaryUserIsToldThatTheFirewallOfTheOwnNamespaceCannotBeRead()
    {
        using var network = Tracking();
        var lines = AsOrdinaryUser(
            network,
            $"Get-FirewallHook -ErrorAction SilentlyContinue -ErrorVariable all; Get-FirewallHook 10.1.0.2 443 -ErrorAction SilentlyContinue -ErrorVariable flow; \"$($all.Count) $($flow.Count)\"; $all[0], $flow[0] | {Problem}");

        // One remedy, one error; a kernel with legacy iptables has more to name in it.
        Assert.Equal("1 1", lines[0]);
        Assert.All(lines[1..], line =>
        {
            Assert.StartsWith($"FirewallNotReadable,PacketPath.Commands.GetFirewallHookCommand / The nf_tables rules of {network.NamespaceOf("a")}", line);
            Assert.Contains($" cannot be read: reading them {CapNetAdmin}", line);
            Assert.EndsWith($" / {Remedy}", line);
        });
        Assert.Equal(3, lines.Length);
    }

    [RootFact]
    public void AnOrdinaryUserReadsTheCountersOfConnectionTrackingButNotItsEntries()
    {
        using var network = Tracking();
        network.MustExec("a", "conntrack -I -p udp -s 10.1.0.1 -d 10.1.0.2 --sport 5 --dport 6 -t 600 2>/dev/null");
        var lines = AsOrdinaryUser(
            network,
            "Get-ConntrackStats | ForEach-Object { \"$($_.IsAvailable) $($_.Count) of $($_.Max) drop $($_.Drop) expected '$($_.ExpectationCount)'\"; $_.NotObserved | ForEach-Object { \"$($_.What) / $($_.Why) / $($_.Remedy)\" } }; "
            + $"Get-ConntrackEntry -ErrorAction SilentlyContinue -ErrorVariable denied; $denied | {Problem}");
        var limit = network.MustExec("a", "cat /proc/sys/net/netfilter/nf_conntrack_max").Output.Trim();
        Assert.Equal(
            [
                $"True 1 of {limit} drop 0 expected ''",
                $"the number of expected connections / ctnetlink {CapNetAdmin} / {Remedy}",
                $"ConntrackNotReadable,PacketPath.Commands.GetConntrackEntryCommand / The entries of connection tracking cannot be read: reading them {CapNetAdmin}. / {Remedy}",
            ],
            lines);
    }

    [RootFact]
    public void AnOrdinaryUserReadsTheSameQueuesAsRoot()
    {
        const string Rows = "Get-QueueStats eth0 -All -ErrorVariable missing | ForEach-Object { \"$($_.Kind) $($_.Name) $($_.Handle) drops $($_.Drops) counters $($_.Counters.Name)\" }; \"$($missing.Count) not read\"; "
            + "Get-QueueStats -Kind Softnet, Protocol -All | ForEach-Object { \"$($_.Kind) $($_.Name)\" }";
        using var network = Tracking();
        network.MustExec("a", "tc qdisc add dev eth0 root handle 8: tbf rate 8kbit burst 200 limit 300; bash -c 'for i in 1 2 3; do head -c 900 /dev/zero > /dev/udp/10.1.0.2/9; done'; tc -s qdisc show dev eth0 | grep -q 'dropped [1-9]'");
        var lines = AsOrdinaryUser(network, Rows);
        Assert.Contains(lines, static line => line.StartsWith("Qdisc tbf 8: drops ", StringComparison.Ordinal) && !line.Contains(" drops 0 ", StringComparison.Ordinal));
        Assert.Contains("0 not read", lines);
        Assert.Contains("Softnet cpu 0", lines);
        Assert.Contains("Protocol TcpExtListenOverflows", lines);
        Assert.Equal(Lines(ShellProcess.CommandUnder(["ip", "netns", "exec", network.NamespaceOf("a")], Rows)), lines);
    }

    [RootFact]
    public void AnOrdinaryUserMakesTlsHandshakesAndIsToldThatNoPacketWasSeen()
    {
        var pair = Topologies.Pair();
        var service = new LabService { Kind = LabServiceKind.Tls, Port = 443, Tls = new LabTls { Certificates = [new LabCertificate { Names = ["a.example"] }] } };
        using var network = LabNetwork.Build(pair with { Nodes = [pair.Nodes[0], pair.Nodes[1] with { Services = [service] }] });
        var lines = AsOrdinaryUser(
            network,
            "Test-TlsServerName 10.1.0.2 -ServerName a.example, b.example | ForEach-Object { \"$($_.Handshakes.Outcome) $($_.Handshakes.CoversName) $($_.CaptureStatus)\"; $_.NotObserved | ForEach-Object { \"$($_.What) / $($_.Remedy)\" }; ($_ | Resolve-PacketFailure -PrimaryOnly).FaultId }");
        Assert.Equal("Completed Completed True False Unavailable", lines[0]);
        Assert.StartsWith("packet capture of the TLS connections / ", lines[1]);
        Assert.Contains("setcap cap_net_raw+ep", lines[1]);
        Assert.Equal("TlsServerNameMismatch", lines[^1]);
    }

    [RootFact]
    public void AnOrdinaryUserAsksForQuicAndIsToldThatAnAnswerDroppedHereWouldNotBeSeen()
    {
        var pair = Topologies.Pair();
        LabService[] services = [new() { Kind = LabServiceKind.Quic, Port = 443 }, new() { Kind = LabServiceKind.UdpListen, Port = 444 }, new() { Kind = LabServiceKind.TcpAccept, Port = 444 }];
        using var network = LabNetwork.Build(pair with { Nodes = [pair.Nodes[0], pair.Nodes[1] with { Services = services }] });
        var lines = AsOrdinaryUser(
            network,
            "(Test-QuicPath 10.1.0.2 443 -ServerName a.example), (Test-QuicPath 10.1.0.2 444 -ServerName a.example -TimeoutSeconds 0.5) | ForEach-Object { \"$($_.UdpOutcome) $($_.TcpOutcome) $($_.Handshake.Outcome) $($_.CaptureStatus)\"; "
            + "$_.NotObserved | ForEach-Object { \"$($_.What) / $($_.Remedy)\" }; ($_ | Resolve-PacketFailure -PrimaryOnly).FaultId }");
        Assert.Equal(["Answered Refused ServerHello NotRequested", "NoFault", "Silent Open Silent Unavailable"], lines[..3]);
        Assert.StartsWith("packets of the UDP flow on the wire / ", lines[3]);
        Assert.Contains("setcap cap_net_raw+ep", lines[3]);
        Assert.Equal("QuicNotOffered", lines[^1]);
    }

    [RootFact]
    public void AnOrdinaryUserIsToldThatAnotherUsersAttemptWasItsOwn()
    {
        var pair = Topologies.Pair();
        using var network = LabNetwork.Build(pair with { Nodes = [pair.Nodes[0], pair.Nodes[1] with { Services = [new LabService { Kind = LabServiceKind.TcpAccept, Port = 443 }] }] });
        network.MustExec("a", "ip rule add priority 90 uidrange 1234-1234 blackhole");
        const string Told = "ForEach-Object { \"$($_.What) / $($_.Why) / $($_.Remedy)\" }";
        var lines = AsOrdinaryUser(
            network,
            $"Test-SynPath 10.1.0.2 -Uid 1234 -NoCapture | ForEach-Object {{ \"$($_.Outcome) as $($_.Uid)\"; $_.NotObserved | Where-Object What -like '*user*' | {Told} }}; "
            + "Trace-PacketPath 10.1.0.2 -Uid 1234 -NoCapture | ForEach-Object { \"$($_.Verdict.FaultId) $($_.Verdict.Confidence)\" }; "
            + $"Trace-PacketPath 10.1.0.2 -Uid 1235 -NoCapture | ForEach-Object {{ \"$($_.Verdict.FaultId) $($_.Verdict.Confidence)\"; $_.NotObserved | Where-Object What -like '*user*' | {Told} }}");
        Assert.Equal(5, lines.Length);
        Assert.Equal("Open as 65534", lines[0]);
        Assert.StartsWith("the attempt as user 1234 / CAP_SETUID is missing: it was made as user 65534", lines[1]);
        Assert.Contains("sudo -u '#1234' pwsh", lines[1]);

        // The route of that user can be asked for without being it.
        Assert.Equal(["PolicyRuleBlackhole Proven", "NoFault Probable"], lines[2..4]);
        Assert.StartsWith("the attempt as user 1235 / CAP_SETUID is missing", lines[4]);
    }

    // A pair of nodes, the first of which tracks connections and filters.
    private static LabNetwork Tracking()
    {
        var network = LabNetwork.Build(Topologies.Pair());
        network.MustExec("a", "nft add table inet lab; nft add chain inet lab in '{ type filter hook input priority 0; }'; nft add rule inet lab in ct state established counter accept");
        return network;
    }

    // In the lab's first node, as in the namespace the user logged in to.
    private static string[] AsOrdinaryUser(LabNetwork network, string text) =>
        Lines(ShellProcess.CommandUnder(["ip", "netns", "exec", network.NamespaceOf("a"), .. OrdinaryUser], text));

    private static string[] Lines(ShellRun run)
    {
        Assert.Equal((0, ""), (run.Code, run.Error));
        return run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    [RootFact]
    public void WithoutLibpcapTheAnswerStandsOnTheErrorQueueAndTheRemedyIsTold()
    {
        var run = ShellProcess.CommandUnder(
            ["unshare", "--mount", "sh", "-c", "for file in /lib/*/libpcap.so* /usr/lib/*/libpcap.so*; do [ -e \"$file\" ] && mount --bind /dev/null \"$file\"; done; exec \"$@\"", "sh"],
            "Test-SynPath 127.0.0.1 1 | ForEach-Object { \"$($_.Outcome) $($_.CaptureStatus)\"; $_.NotObserved | ForEach-Object { \"$($_.Why) / $($_.Remedy)\" }; "
            + "($_ | Resolve-PacketFailure -PrimaryOnly).FaultId }");
        Assert.Equal((0, ""), (run.Code, run.Error));
        var lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.Equal("Refused Unavailable", lines[0]);
        Assert.Contains("libpcap", lines[1]);
        Assert.Contains("apt install libpcap0.8", lines[1]);
        Assert.Equal("RemoteRefused", lines[2]);
    }
}
