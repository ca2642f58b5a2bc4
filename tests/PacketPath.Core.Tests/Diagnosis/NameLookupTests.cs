using PacketPath.Diagnosis;
using PacketPath.Tracing;

namespace PacketPath.Core.Tests.Diagnosis;

/// <summary>A name that was looked up: which name server decides, and what its answers and its path mean for the name and for the target.</summary>
public sealed class NameLookupTests
{
    private const string First = "198.51.100.53";
    private const string Second = "198.51.100.54";

    [Theory]
    [InlineData("1:NOTFOUND 2:ADDRESS", NameWord.NotFound, First)]
    [InlineData("1:SILENT 2:NOTFOUND", NameWord.NotFound, Second)]
    [InlineData("1:SERVFAIL 2:ADDRESS", NameWord.Addresses, Second)]
    [InlineData("1:REFUSED 2:EMPTY", NameWord.NoAddress, Second)]
    [InlineData("1:REFERRAL 2:NOTFOUND", NameWord.NotFound, Second)]
    [InlineData("1:TCPONLY 2:NOTFOUND", NameWord.NotFound, Second)]
    [InlineData("1:SILENT 2:REFUSED", NameWord.None, null)]
    [InlineData("", NameWord.None, null)]
    public void TheFirstServerWithADefiniteAnswerDecides(string said, object word, string? server)
    {
        var decision = NameDecision.Of(Lookup(), Said(said));
        Assert.Equal(((NameWord)word, server), (decision.Word, decision.Server));
        Assert.Equal("www.example.", decision.Candidate);
        Assert.Equal(word is NameWord.Addresses ? ["192.0.2.80"] : [], decision.Addresses);
    }

    [Theory]
    [InlineData("www", "www.lab.:NOTFOUND www.:NOTFOUND", "www.lab.")]
    [InlineData("www.lab", "www.lab.lab.:NOTFOUND www.lab.:NOTFOUND", "www.lab.")]
    [InlineData("www", "www.lab.:EMPTY www.:NOTFOUND", "www.lab.")]
    [InlineData("www", "www.lab.:NOTFOUND www.:EMPTY", "www.")]
    [InlineData("www", "www.lab.:NOTFOUND www.:SERVFAIL", "www.")]
    [InlineData("www", "www.lab.:SERVFAIL www.:ADDRESS", "www.")]
    public void OfSeveralNamesTheOneThatTellsMostDecides(string name, string said, string candidate)
    {
        var answers = said.Split(' ').Select(a => Answer(First, a.Split(':')[1]) with { Name = a.Split(':')[0] }).ToArray();
        var lookup = Lookup() with { Name = name, TargetName = name, Candidates = [.. answers.Select(static a => a.Name)] };
        Assert.Equal(candidate, NameDecision.Of(lookup, answers).Candidate);
    }

    [Theory]
    [InlineData("1:NOTFOUND", "2", true)]
    [InlineData("1:ADDRESS", "2", true)]
    [InlineData("1:SILENT", "2", false)]
    [InlineData("2:ADDRESS", "1", false)]
    [InlineData("1:SILENT 2:REFUSED", "", true)]
    public void NobodyIsWaitedForWhoseAnswerChangesNothing(string said, string open, bool settled) => Assert.Equal(
        settled, NameDecision.IsSettled(Lookup(), Said(said), open.Select(static server => ("www.example.", server == '1' ? First : Second))));

    [Fact]
    public void TheTargetIsNeitherClearedNorAccusedByWhatANameServerSays()
    {
        object[] evidence = [Lookup(), .. Said("1:NOTFOUND")];
        var trace = TraceBuilder.Build(new PacketTrace { TargetName = "www.example", RemotePort = 443, Evidence = evidence });
        Assert.Equal(("NameNotFound", PathLayer.Name, "", 443, "www.example"), (trace.Verdict.FaultId, trace.Verdict.Layer, trace.Verdict.RemoteAddress, trace.Verdict.RemotePort, trace.Verdict.TargetName));
        Whole.Check(trace.Verdict);
        Assert.Equal(TraceStageStatus.Fault, trace.Stages[0].Status);
        Assert.All(trace.Stages[1..], static stage => Assert.Equal(TraceStageStatus.NotReached, stage.Status));
        Assert.Equal(["Evidence[0]", "Evidence[1]"], trace.Stages[0].Evidence.Select(static reference => reference.Path));
        Assert.All(trace.Verdict.RuledOut, static cleared => Assert.StartsWith("on the way to the name server 198.51.100.53: ", cleared.Observation, StringComparison.Ordinal));
        Assert.Contains("Trace-PacketPath www.example -NetNamespace blue", trace.Verdict.NextSteps);

        // Weighed anew, it is the same.
        Assert.Equal(trace.Verdict.Summary, Assert.Single(Resolver.Resolve([trace])).Summary);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AFaultOnTheWayToTheServerIsTheVerdictAndSaysSo(bool ipv6)
    {
        var scene = new Scene(ipv6);
        var silent = NameServerCases.Silent(scene) with
        {
            LookedUpFor = "www.example",
            TcpPath = scene.Probe(SynOutcome.NeighborFailed, "EHOSTUNREACH") with { RemotePort = 53, Syns = [], Neighbor = scene.Neighbor(NeighborState.Unreachable) },
        };
        var trace = TraceBuilder.Build(new PacketTrace { TargetName = "www.example", RemotePort = 443, Evidence = [Lookup(scene.Target), silent] });
        Assert.Equal(("NeighborUnresolved", PathLayer.Neighbor), (trace.Verdict.FaultId, trace.Verdict.Layer));
        Assert.Contains($"www.example cannot be looked up, for the way to its name server {scene.Target} is broken: {scene.Gateway} on eth0", trace.Verdict.Summary, StringComparison.Ordinal);
        Whole.Check(trace.Verdict);
        Assert.Equal(PathLayer.Name, Assert.Single(trace.Stages, static stage => stage.Status == TraceStageStatus.Fault).Layer);
        Assert.All(trace.Stages[1..], static stage => Assert.Equal(TraceStageStatus.NotReached, stage.Status));
    }

    [Fact]
    public void ADeadServerBeforeAHealthyOneContributesAndIsNeverTheVerdict()
    {
        var scene = new Scene(false);
        var lookup = Lookup() with { Outcome = NameLookupOutcome.Unanswered, Addresses = [scene.Target], AnsweredBy = Second };
        var verdicts = Resolver.Resolve([scene.Open() with { TargetName = "www.example" }, lookup, .. Said("1:SILENT 2:ADDRESS")]).ToArray();
        Assert.Equal(["NoFault", "NameServerUnreachable"], verdicts.Select(static v => v.FaultId));
        Assert.Equal([true, false], verdicts.Select(static v => v.IsPrimary));
        Assert.All(verdicts, v => Assert.Equal((scene.Target, "www.example"), (v.RemoteAddress, v.TargetName)));
        Assert.Contains(verdicts[0].RuledOut, c => c.Layer == PathLayer.Name && c.Observation.StartsWith($"www.example resolved to {scene.Target} by the name server {Second}", StringComparison.Ordinal));
    }

    [Fact]
    public void AServerBeforeTheDecidingOneContributes()
    {
        var verdicts = Resolver.Resolve([Lookup(), .. Said("1:SERVFAIL 2:NOTFOUND")]).ToArray();
        Assert.Equal([("NameNotFound", true), ("NameServerFailure", false)], verdicts.Select(static v => (v.FaultId, v.IsPrimary)));
        Assert.All(verdicts, Whole.Check);
        var none = Resolver.Resolve([Lookup(), .. Said("1:REFUSED 2:SERVFAIL")]).ToArray();
        Assert.Equal([("NameServerRefused", true), ("NameServerFailure", false)], none.Select(static v => (v.FaultId, v.IsPrimary)));
    }

    [Theory]
    [InlineData(NameLookupOutcome.NotFound, "NameNotFound", Confidence.Probable)]
    [InlineData(NameLookupOutcome.NoAddress, "NameNoAddress", Confidence.Probable)]
    [InlineData(NameLookupOutcome.Failed, "Indeterminate", Confidence.Possible)]
    [InlineData(NameLookupOutcome.Unanswered, "Indeterminate", Confidence.Possible)]
    public void TheSystemsResolverAloneProvesLittle(NameLookupOutcome outcome, string fault, Confidence confidence)
    {
        var verdict = Assert.Single(Resolver.Resolve([Lookup() with { Outcome = outcome, Error = "what it said" }]));
        Assert.Equal((fault, confidence, PathLayer.Name), (verdict.FaultId, verdict.Confidence, verdict.Layer));
        Whole.Check(verdict);
    }

    [Fact]
    public void ServersThatNameOthersOnlyExplainNothing()
    {
        var verdict = Assert.Single(Resolver.Resolve([Lookup(), .. Said("1:REFERRAL")]));
        Assert.Equal("Indeterminate", verdict.FaultId);
        Whole.Check(verdict);
    }

    [Fact]
    public void AnAnswerWithoutItsLookupStandsForItself()
    {
        var verdict = Assert.Single(Resolver.Resolve(Said("1:NOTFOUND")));
        Assert.Equal(("NameNotFound", First), (verdict.FaultId, verdict.RemoteAddress));
        Assert.Equal("NoFault", Assert.Single(Resolver.Resolve([Lookup() with { Outcome = NameLookupOutcome.Resolved, Addresses = ["192.0.2.80"] }])).FaultId);
    }

    [Fact]
    public void EachLookupOfANameHasItsOwnAnswers()
    {
        var later = Scene.Noon.AddMinutes(1);
        var verdict = Assert.Single(Resolver.Resolve([Lookup(), .. Said("1:SERVFAIL"), Lookup() with { ObservedAt = later }, .. Said("1:NOTFOUND").Select(a => a with { ObservedAt = later })]));
        Assert.Equal("NameNotFound", verdict.FaultId);
    }

    private static DnsTruncationResult[] Said(string said) =>
        [.. said.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static a => Answer(a[0] == '1' ? First : Second, a[2..]))];

    private static NameLookupResult Lookup(params string[] servers) => new()
    {
        ComputerName = "web1",
        NetNamespace = "blue",
        ObservedAt = Scene.Noon,
        RemotePort = 443,
        Protocol = TransportProtocol.Tcp,
        TargetName = "www.example",
        Name = "www.example",
        Outcome = NameLookupOutcome.NotFound,
        Error = "The name 'www.example' is not known.",
        ElapsedMilliseconds = 3.2,
        ResolverPath = "/etc/resolv.conf",
        Servers = servers.Length > 0 ? servers : [First, Second],
        Candidates = ["www.example."],
        TimeoutSeconds = 1,
    };

    private static DnsTruncationResult Answer(string server, string said)
    {
        var scene = new Scene(false);
        var answer = said switch
        {
            "ADDRESS" => NameServerCases.Fits(scene),
            "EMPTY" => NameServerCases.Empty(scene),
            "REFERRAL" => NameServerCases.Empty(scene) with { IsReferral = true },
            "NOTFOUND" => NameServerCases.Coded(scene, "NXDOMAIN"),
            "SILENT" => NameServerCases.Silent(scene) with { TcpPath = null },
            "TCPONLY" => NameServerCases.Silent(scene) with { TcpPath = null, ResponseCode = "NOERROR", AnswerCount = 1, Answers = NameServerCases.Fits(scene).Answers },
            _ => NameServerCases.Coded(scene, said),
        };
        return answer with { RemoteAddress = server, TargetName = server, LookedUpFor = "www.example" };
    }
}
