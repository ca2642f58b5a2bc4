using PacketPath.HostState;
using PacketPath.HostState.Conntrack;
using PacketPath.Module.Tests;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests;

/// <summary>Get-ConntrackStats and Get-ConntrackEntry beside the conntrack tool, in a lab with traffic, translations and both families.</summary>
public sealed class ConntrackOracleTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private static readonly string[] Furnish =
    [
        "sysctl -qw net.netfilter.nf_conntrack_acct=1",
        "nft add table inet lab",
        "nft add chain inet lab out '{ type filter hook output priority 0; }'",
        "nft add rule inet lab out ct state invalid counter drop",
        "nft add table inet translate",
        "nft add chain inet translate post '{ type nat hook postrouting priority srcnat; }'",
        "nft add rule inet translate post ip daddr 10.1.0.2 tcp dport 4433 snat ip to 10.1.0.1:40000",
        "nft add rule inet translate post ip6 daddr fd01::2 tcp dport 4433 snat ip6 to [fd01::1]:40001",
        "nft add chain inet translate out '{ type nat hook output priority -100; }'",
        "nft add rule inet translate out ip daddr 10.99.0.1 tcp dport 80 dnat ip to 10.1.0.2:4434",
        "ip route add 10.99.0.0/16 via 10.1.0.2",
        "conntrack -I -p udp -s 10.1.0.1 -d 10.1.0.2 --sport 5 --dport 6 -t 600 -m 0x21 -w 7",
        "conntrack -I -p udp -s fd01::1 -d fd01::2 --sport 5 --dport 6 -t 600 -m 0x22",
        "conntrack -I -p icmp -s 10.1.0.1 -d 10.1.0.2 --icmp-type 8 --icmp-code 0 --icmp-id 77 -t 600",
        "conntrack -I -p icmpv6 -s fd01::1 -d fd01::2 --icmpv6-type 128 --icmpv6-code 0 --icmpv6-id 78 -t 600",
        "conntrack -I -p tcp -s 10.1.0.9 -d 10.1.0.2 --sport 1 --dport 2 --state TIME_WAIT -u ASSURED,SEEN_REPLY -t 600",
    ];

    private static readonly (string Ours, string Theirs)[] Filters =
    [
        ("-IPv4", "-f ipv4"),
        ("-IPv6", "-f ipv6"),
        ("-Protocol Udp", "-p udp"),
        ("-Protocol Udp -IPv6", "-p udp -f ipv6"),
        ("-Mark 0x21", "-m 0x21"),
        ("-Mark 0x20/0xf0", "-m 0x20/0xf0"),
        ("-Zone 7", "-w 7"),
        ("-SourceAddress 10.1.0.9", "-s 10.1.0.9"),
        ("-SourceAddress 10.1.0.0/28 -Protocol Udp", "-s 10.1.0.0/28 -p udp"),
        ("-DestinationAddress fd01::2 -Protocol Udp -DestinationPort 6", "-d fd01::2 -p udp --dport 6"),
        ("-SourceAddress fd01::1 -Protocol IcmpV6", "-s fd01::1 -p icmpv6"),
        ("-Protocol Tcp -SourcePort 1 -DestinationPort 2 -SourceAddress 10.1.0.9", "-p tcp --sport 1 --dport 2 -s 10.1.0.9"),
        ("-State TimeWait", "-p tcp --state TIME_WAIT"),
        ("-Status Assured", "-u ASSURED"),
        ("-WithoutStatus SeenReply", "UNREPLIED"),
        ("-NatType Source", "-n"),
        ("-NatType Destination", "-g"),
        ("-ReplyDestinationAddress 10.1.0.9", "-q 10.1.0.9"),
        ("-ReplySourceAddress fd01::2", "-r fd01::2"),
    ];

    private static LabNetwork Build()
    {
        var network = LabNetwork.Build(Topologies.Pair());
        network.MustExec("a", "set -e\n" + string.Join('\n', Furnish.Select(static line => line.StartsWith("conntrack", StringComparison.Ordinal) ? line + " 2>/dev/null" : line)));

        // Nothing answers, so entries stay; the second connection from the one translated port clashes with the first.
        network.MustExec("b", "nft add table inet lab; nft add chain inet lab in '{ type filter hook input priority 0; }'; nft add rule inet lab in tcp dport 4433-4434 drop");
        network.MustExec("a", "for host in 10.1.0.2 fd01::2 10.1.0.2 10.99.0.1; do timeout 0.2 bash -c \"exec 3<>/dev/tcp/$host/4433\" 2>&1; done; timeout 0.2 bash -c 'exec 3<>/dev/tcp/10.99.0.1/80' 2>&1; echo x > /dev/udp/10.1.0.2/99; true");
        return network;
    }

    private EngineResult Run(LabNetwork network, string script) => engine.Invoke(
        "$PSDefaultParameterValues = @{ 'Get-Conntrack*:NetNamespace' = $ns; 'Test-SynPath:NetNamespace' = $ns }; " + script, "ns", network.NamespaceOf("a"));

    private string[] Ours(LabNetwork network, string options = "") =>
        [.. Run(network, "Get-ConntrackEntry " + options).AssertClean().Of<ConntrackEntry>().Select(ConntrackOracle.Line).Order(StringComparer.Ordinal)];

    [RootFact]
    public void EntriesAreThoseOfConntrackL()
    {
        using var network = Build();
        var theirs = ConntrackOracle.Entries(network, "a");
        Assert.True(theirs.Length >= 6, string.Join('\n', theirs));
        Assert.Contains(theirs, static line => line.StartsWith("ipv6", StringComparison.Ordinal));
        Assert.Equal(theirs, Ours(network));
    }

    [RootFact]
    public void FiltersAreThoseOfConntrackL()
    {
        using var network = Build();
        Assert.All(Filters, filter =>
        {
            // The tool cannot be asked for what has no reply.
            var theirs = filter.Theirs == "UNREPLIED"
                ? ConntrackOracle.Entries(network, "a").Where(static line => line.Contains("UNREPLIED", StringComparison.Ordinal)).ToArray()
                : ConntrackOracle.Entries(network, "a", filter.Theirs);
            Assert.NotEmpty(theirs);
            Assert.Equal(theirs, Ours(network, filter.Ours));
        });
    }

    [RootFact]
    public void CountersAreThoseOfConntrackS()
    {
        using var network = Build();
        var theirs = ConntrackOracle.Counters(network, "a");
        var ours = Run(network, "Get-ConntrackStats -PerCpu").AssertClean().Of<ConntrackStats>();

        Assert.Equal(theirs.Count + 1, ours.Length);
        foreach (var cpu in ours[..^1])
        {
            var expected = theirs[cpu.Cpu!.Value];
            Assert.Equal(
                (expected["found"], expected["invalid"], expected["insert"], expected["insert_failed"], expected["drop"]),
                (cpu.Found, cpu.Invalid, cpu.Insert, cpu.InsertFailed, cpu.Drop));
            Assert.Equal(
                (expected["early_drop"], expected["error"], expected["search_restart"], expected["clash_resolve"], expected["chaintoolong"]),
                (cpu.EarlyDrop, cpu.Error, cpu.SearchRestart, cpu.ClashResolve, cpu.ChainTooLong));
            Assert.Null(cpu.Count);
        }

        var total = ours[^1];
        Assert.Null(total.Cpu);
        Assert.Equal(ours[..^1].Sum(static cpu => cpu.InsertFailed), total.InsertFailed);
        Assert.True(total.IsAvailable);
        Assert.Empty(total.NotObserved);
        Assert.Equal(long.Parse(network.MustExec("a", "conntrack -C").Output, null), total.Count);
        Assert.Equal(long.Parse(network.MustExec("a", "cat /proc/sys/net/netfilter/nf_conntrack_max").Output, null), total.Max);
        Assert.Equal(long.Parse(network.MustExec("a", "cat /proc/sys/net/netfilter/nf_conntrack_buckets").Output, null), total.Buckets);
        Assert.Equal(true, total.Accounting);
        network.MustExec("a", "sysctl -qw net.netfilter.nf_conntrack_tcp_timeout_syn_sent=77");
        Assert.Equal(77, Run(network, "Get-ConntrackStats").One<ConntrackStats>().Timeouts.Single(static t => t is { Protocol: "tcp", Phase: "syn_sent" }).Seconds);
    }

    [RootFact]
    public void TextUnderProcTellsTheSame()
    {
        using var network = Build();
        using var place = NetworkNamespace.Open(network.NamespaceOf("a"));
        var text = place.Run(static () => (Counters: File.ReadAllText(ConntrackKernel.CounterFile), Table: File.ReadAllLines(ConntrackKernel.TableFile)));
        var total = Run(network, "Get-ConntrackStats").One<ConntrackStats>();
        var cpus = ConntrackCounterText.Parse(text.Counters);
        Assert.Equal(total.InsertFailed, cpus.Sum(static cpu => cpu[Netlink.Conntrack.ConntrackCounter.InsertFailed]));
        Assert.Equal(total.Invalid, cpus.Sum(static cpu => cpu[Netlink.Conntrack.ConntrackCounter.Invalid]));

        var builder = new ConntrackEntryBuilder(default);
        var lines = text.Table.Select(line => ConntrackLine.TryParse(line, out var entry) ? ConntrackOracle.Line(builder.Build(entry)) : line);
        var expected = Run(network, "Get-ConntrackEntry").Of<ConntrackEntry>().Select(static entry => ConntrackOracle.Line(entry with { Id = 0 }));
        Assert.Equal(expected.Order(StringComparer.Ordinal), lines.Order(StringComparer.Ordinal));
    }

    [RootFact]
    public void TheEntryOfAPipedProbe()
    {
        using var network = Build();
        network.MustExec("a", "nft add rule inet lab out ip daddr 10.1.0.2 tcp dport 4434 drop; ip link set eth0 up");
        var silent = Run(network, "Test-SynPath 10.1.0.2 -Port 4434 -TimeoutSeconds 0.3 -NoCapture | Get-ConntrackEntry").One<ConntrackEntry>();
        Assert.Equal((ConntrackState.Absent, "10.1.0.2", 4434), (silent.State, silent.OriginalDestinationAddress, silent.OriginalDestinationPort));

        var stored = Run(network, "$r = Test-SynPath 10.99.0.7 -Port 9 -TimeoutSeconds 0.3 -NoCapture; [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($r, 4)) | Get-ConntrackEntry")
            .One<ConntrackEntry>();
        Assert.Equal((ConntrackState.SynSent, "10.99.0.7", 9), (stored.State, stored.OriginalDestinationAddress, stored.OriginalDestinationPort));

        var zoned = Run(network, "[pscustomobject]@{ LocalAddress = '10.1.0.2'; LocalPort = 6; RemoteAddress = '10.1.0.1'; RemotePort = 5; Protocol = 'Udp' } | Get-ConntrackEntry").One<ConntrackEntry>();
        Assert.Equal((7, 0x21L), (zoned.Zone, zoned.Mark));
        var elsewhere = Run(network, "[pscustomobject]@{ LocalAddress = '10.1.0.2'; LocalPort = 6; RemoteAddress = '10.1.0.1'; RemotePort = 5; ComputerName = 'elsewhere' } | Get-ConntrackEntry");
        Assert.StartsWith("TargetMalformed,", Assert.Single(elsewhere.Errors).FullyQualifiedErrorId);
    }

    [RootFact]
    public void SamplesTellWhatMoved()
    {
        using var network = Build();
        var script = "Get-ConntrackStats -IntervalSeconds 0.3 -SampleCount 2 | ForEach-Object { $_; if (-not $added) { $added = $true; $null = Test-SynPath 10.99.0.1 -Port 5 -TimeoutSeconds 0.1 -NoCapture } }";
        var samples = Run(network, script).AssertClean().Of<ConntrackStats>();
        Assert.Equal(2, samples.Length);
        Assert.All(samples, static sample => Assert.NotNull(sample.Delta));
        Assert.Equal(1, samples[1].Delta!.Count);
        Assert.InRange(samples[1].IntervalSeconds!.Value, 0.15, 2);
        Assert.Equal(1 / samples[1].IntervalSeconds!.Value, samples[1].PerSecond!.Count!.Value, 1);
    }

    [RootFact]
    public void WhatIsAskedWronglyIsNamed()
    {
        using var network = Build();
        foreach (var (options, target) in new[] { ("10", "10"), ("10.0.0.0/33", "10.0.0.0/33"), ("-Mark 7/x", "7/x"), ("-ReplySourceAddress host.example", "host.example") })
        {
            var result = Run(network, "Get-ConntrackEntry " + options);
            Assert.Empty(result.Output);
            var error = Assert.Single(result.Errors);
            Assert.Equal(target, error.TargetObject);
            Assert.NotEmpty(error.ErrorDetails.RecommendedAction);
        }

        Assert.NotEmpty(Run(network, "Get-ConntrackEntry -Zone 65536").Errors.Concat(Run(network, "Get-ConntrackEntry -Zone 65536").Failure is null ? [] : [null!]));
        Assert.StartsWith("NetNamespaceNotFound,", Assert.Single(engine.Invoke("Get-ConntrackStats -NetNamespace no-such-namespace").Errors).FullyQualifiedErrorId);
    }
}
