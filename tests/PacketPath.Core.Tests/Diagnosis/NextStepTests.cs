using PacketPath.Diagnosis;

namespace PacketPath.Core.Tests.Diagnosis;

/// <summary>The next steps ask what the user asked.</summary>
public class NextStepTests
{
    private static readonly Scene V4 = new(false);

    private static string[] Steps(SynPathResult probe) => Assert.Single(Resolver.Resolve([probe]), v => v.IsPrimary).NextSteps;

    [Fact]
    public void Source_interface_mark_user_and_namespace_are_kept()
    {
        var steps = Steps(V4.Probe(SynOutcome.NoReply) with { RequestedSourceAddress = "192.0.2.5", RequestedInterfaceAlias = "eth 0", Mark = 7, RequestedUid = 1234, Uid = 1234 });
        var asked = steps.Where(s => s.StartsWith("Test-SynPath", StringComparison.Ordinal) || s.StartsWith("Get-PacketRoute", StringComparison.Ordinal)).ToArray();
        Assert.True(asked.Length >= 2);
        Assert.All(asked, s => Assert.Contains(" -SourceAddress 192.0.2.5 -InterfaceAlias 'eth 0' -Mark 7 -Uid 1234", s));
        Assert.All(asked, s => Assert.Contains(" -NetNamespace blue", s));
    }

    [Fact]
    public void What_was_not_asked_is_not_added() => Assert.All(Steps(V4.Probe(SynOutcome.NoReply)), s =>
    {
        Assert.DoesNotContain("-SourceAddress", s);
        Assert.DoesNotContain("-InterfaceAlias", s);
        Assert.DoesNotContain("-Mark", s);
        Assert.DoesNotContain("-Uid", s);
    });

    [Theory]
    [InlineData("4711", "-NetNamespace 4711", "nsenter --net=/proc/4711/ns/net tc")]
    [InlineData("/proc/4711/ns/net", "-NetNamespace /proc/4711/ns/net", "nsenter --net=/proc/4711/ns/net tc")]
    public void A_namespace_without_a_name_is_asked_for_as_it_was(string asked, string option, string command)
    {
        var probe = V4.Probe(SynOutcome.NoReply) with { Syns = [], NetNamespace = "net:[4026532000]", RequestedNetNamespace = asked };
        var steps = Steps(probe with { Route = probe.Route! with { NetNamespace = probe.NetNamespace } });
        Assert.Contains(steps, s => s.StartsWith("Test-SynPath", StringComparison.Ordinal) && s.Contains(option, StringComparison.Ordinal));
        Assert.Contains(steps, s => s.StartsWith(command, StringComparison.Ordinal));
    }

    [Fact]
    public void The_own_namespace_needs_no_option()
    {
        var steps = Steps(V4.Probe(SynOutcome.NoReply) with { Syns = [], NetNamespace = "net:[4026531840]" });
        Assert.DoesNotContain(steps, s => s.Contains("NetNamespace", StringComparison.Ordinal) || s.Contains("nsenter", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_verdict_on_an_attempt_ends_by_judging_the_next()
    {
        Assert.All(FaultCases.All.Where(c => c.Fires(V4).OfType<SynPathResult>().Any()), one =>
            Assert.DoesNotContain(
                Resolver.Resolve(one.Fires(V4)).SelectMany(v => v.NextSteps),
                s => s.StartsWith("Test-SynPath", StringComparison.Ordinal) && !s.EndsWith("| Resolve-PacketFailure", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_hosts_files_are_not_searched_for_what_a_namespace_has()
    {
        var scene = new Scene(true);
        var probe = scene.LocalError("ENETUNREACH", scene.Refused(RouteOutcome.Missing, "ENETUNREACH") with { Ipv6Disabled = true });
        Assert.DoesNotContain(Steps(probe), s => s.StartsWith("grep", StringComparison.Ordinal));
        var own = probe with { NetNamespace = "net:[4026531840]", Route = probe.Route! with { NetNamespace = "net:[4026531840]" } };
        Assert.Contains(Steps(own), s => s.StartsWith("grep", StringComparison.Ordinal));
    }

    [Fact]
    public void What_runs_elsewhere_says_so() =>
        Assert.Contains(Steps(V4.Refused()), s => s.StartsWith("Get-SocketEntry ", StringComparison.Ordinal) && s.EndsWith($"# on the target, {V4.Target}", StringComparison.Ordinal));
}
