using PacketPath.Core.Tests.Diagnosis;
using PacketPath.Diagnosis;

namespace PacketPath.Core.Tests.Tracing;

public sealed class TraceBuilderTests
{
    public static TheoryData<string, bool> Samples
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var trace in SampleTraces.All())
            {
                data.Add(trace.Verdict.FaultId, false);
                data.Add(trace.Verdict.FaultId, true);
            }

            return data;
        }
    }

    [Fact]
    public void Samples_are_of_different_faults() => Assert.Equal(
        ["NoFault", "RouteBlackhole", "NoReply", "OutputFirewallDrop", "RemoteRefused", "InputFirewallDrop", "Indeterminate", "MtuBlackHole"],
        SampleTraces.All().Select(t => t.Verdict.FaultId));

    [Theory, MemberData(nameof(Samples))]
    public void The_verdict_is_the_resolvers_own(string fault, bool ipv6)
    {
        var trace = Trace(fault, ipv6);
        var direct = Resolver.Resolve(trace.Evidence.Cast<PacketEvidence>()).ToArray();
        var unpacked = Resolver.Resolve([trace]).ToArray();
        Assert.Equal(direct.Select(Text), unpacked.Select(Text));
        Assert.Equal(Text(trace.Verdict), Text(direct[0]));
        Assert.Equal(trace.Contributing.Select(Text), direct[1..].Select(Text));
        Whole.Check(trace.Verdict);
    }

    [Theory, MemberData(nameof(Samples))]
    public void Stages_follow_the_path_and_each_says_something(string fault, bool ipv6)
    {
        var trace = Trace(fault, ipv6);
        Assert.Equal(trace.Stages.Select(s => s.Layer).Order().Distinct(), trace.Stages.Select(s => s.Layer));
        Assert.Equal(PathLayer.Name, trace.Stages[0].Layer);
        Assert.Equal(PathLayer.SocketQueue, trace.Stages[^1].Layer);
        Assert.All(trace.Stages, s => Assert.False(string.IsNullOrWhiteSpace(s.Name) || string.IsNullOrWhiteSpace(s.Observation)));
        var faults = trace.Stages.Where(s => s.Status == TraceStageStatus.Fault).Select(s => s.Layer);
        Assert.Equal(fault is "NoFault" or "Indeterminate" ? [] : [trace.Verdict.Layer], faults);
        Assert.Equal(
            trace.Verdict.RuledOut.Select(r => (r.Layer, r.Observation)),
            trace.Stages.Where(s => s.Status == TraceStageStatus.Cleared && (fault is "NoFault" or "Indeterminate" || s.Layer < trace.Verdict.Layer)).Select(s => (s.Layer, s.Observation)));
    }

    [Fact]
    public void A_healthy_path_is_clear_from_end_to_end() =>
        Assert.All(SampleTraces.Healthy().Stages, s => Assert.Equal(TraceStageStatus.Cleared, s.Status));

    [Fact]
    public void Nothing_is_reached_behind_a_route_that_takes_the_packet() =>
        Assert.All(SampleTraces.Blackhole().Stages.Where(s => s.Layer > PathLayer.RouteLookup), s => Assert.Equal(TraceStageStatus.NotReached, s.Status));

    [Fact]
    public void An_answer_clears_the_way_back_behind_a_refusal()
    {
        var stages = SampleTraces.Refused().Stages.ToDictionary(s => s.Layer);
        Assert.Equal(TraceStageStatus.Fault, stages[PathLayer.RemoteHost].Status);
        Assert.Equal(TraceStageStatus.Cleared, stages[PathLayer.ReturnPath].Status);
    }

    [Fact]
    public void Objects_stand_at_the_stage_they_tell_of()
    {
        var trace = SampleTraces.Healthy();
        var probe = Assert.IsType<SynPathResult>(trace.Evidence[0]);
        var stages = trace.Stages.ToDictionary(s => s.Layer, s => s.Evidence);
        Assert.Equal("Evidence[0].Route.Rule", Assert.Single(stages[PathLayer.PolicyRouting]).Path);
        Assert.Equal(("Evidence[0].Route", $"{probe.Route}"), (Assert.Single(stages[PathLayer.RouteLookup]).Path, stages[PathLayer.RouteLookup][0].Text));
        Assert.Equal("Evidence[0].Neighbor", Assert.Single(stages[PathLayer.Neighbor]).Path);
        Assert.Equal(["Evidence[0].Interface", "Evidence[0].Syns[0]"], stages[PathLayer.Device].Select(e => e.Path));
        Assert.Equal(("Evidence[0].Replies[0]", $"{probe.Replies[0]}"), (Assert.Single(stages[PathLayer.RemoteHost]).Path, stages[PathLayer.RemoteHost][0].Text));
        Assert.Equal("Evidence[0]", Assert.Single(stages[PathLayer.Socket]).Path);
    }

    [Theory, MemberData(nameof(Samples))]
    public void Every_reference_leads_to_an_object_of_its_text(string fault, bool ipv6)
    {
        var trace = Trace(fault, ipv6);
        Assert.All(trace.Stages.SelectMany(s => s.Evidence), reference =>
        {
            object? at = trace;
            foreach (var step in reference.Path.Split('.'))
            {
                at = at!.GetType().GetProperty(step.Split('[')[0])!.GetValue(at);
                at = step.Contains('[') ? ((Array)at!).GetValue(int.Parse(step.Split('[', ']')[1], System.Globalization.CultureInfo.InvariantCulture)) : at;
            }

            Assert.Equal(reference.Text, at!.ToString());
        });
    }

    private static PacketTrace Trace(string fault, bool ipv6) => SampleTraces.All(ipv6).Single(t => t.Verdict.FaultId == fault);

    private static string Text(PacketFailure verdict) => $"{verdict} {verdict.IsPrimary} {string.Join('|', verdict.RuledOut.Select(r => r.ToString()))} {string.Join('|', verdict.NextSteps)}";
}
