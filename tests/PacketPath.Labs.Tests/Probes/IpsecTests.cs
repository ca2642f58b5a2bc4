using System.Net;
using PacketPath.Diagnosis;
using PacketPath.HostState;
using PacketPath.Probes;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests.Probes;

/// <summary>A policy whose connection never comes up swallows the SYN as a firewall would, and must not be taken for one.</summary>
public class IpsecTests
{
    [IpsecTheory]
    [InlineData("10.1.0.1", "10.1.0.2", "10.1.0.2/32", "src 10.1.0.1/32 dst 10.1.0.2/32 dir out priority 100 tmpl proto esp mode transport")]
    [InlineData("fd01::1", "fd01::2", "fd01::/64 proto tcp dport 80", "src fd01::1/128 dst fd01::/64 proto tcp dport 80 dir out priority 100 tmpl proto esp mode transport")]
    public void The_policy_that_covers_the_flow_is_named(string here, string there, string selector, string policy)
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        using var ns = NetworkNamespace.Open(network.NamespaceOf("a"));
        SynPathResult Probe(int port) => Assert.Single(SynProbe.Run(
            new SynProbeOptions { Namespace = ns, Timeout = TimeSpan.FromSeconds(1) }, [new SynTarget(there, IPAddress.Parse(there), port)]));

        Assert.Equal(SynOutcome.Refused, Probe(80).Outcome);
        network.MustExec("a", $"ip xfrm policy add src {here} dst {selector} dir out priority 100 tmpl src {here} dst {there} proto esp mode transport");
        network.MustExec("a", "ip xfrm policy add dst 192.0.2.0/24 dir out priority 1 action block");
        var covered = Probe(80);
        Assert.Equal((SynOutcome.NoReply, CaptureStatus.Complete, policy), (covered.Outcome, covered.CaptureStatus, covered.IpsecPolicy));
        Assert.Empty(covered.Syns);
        Assert.Contains(covered.CounterChanges, c => c is { Source: "Xfrm", Counter: "XfrmOutNoStates" });
        Assert.Equal("Indeterminate", Resolver.Resolve([covered]).Single(v => v.IsPrimary).FaultId);

        // A policy before it that lets the flow pass as it is covers it in its place.
        network.MustExec("a", $"ip xfrm policy add dst {there} dir out priority 50");
        var passed = Probe(80);
        Assert.Equal((SynOutcome.Refused, null), (passed.Outcome, passed.IpsecPolicy));

        // A drop by the firewall is one still.
        network.MustExec("a", "nft 'add table inet lab; add chain inet lab out { type filter hook output priority 0; }; add rule inet lab out tcp dport 80 drop'");
        var dropped = Probe(80);
        Assert.Null(dropped.IpsecPolicy);
        var verdict = Resolver.Resolve([dropped]).Single(v => v.IsPrimary);
        Assert.Equal(("OutputFirewallDrop", Confidence.Proven), (verdict.FaultId, verdict.Confidence));
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class IpsecTheoryAttribute : TheoryAttribute
    {
        public IpsecTheoryAttribute() => Skip = LabPrivilege.Missing() ?? (File.Exists("/proc/net/xfrm_stat") ? null : "this kernel has no /proc/net/xfrm_stat, so no IPsec that is sure to be loaded");
    }
}
