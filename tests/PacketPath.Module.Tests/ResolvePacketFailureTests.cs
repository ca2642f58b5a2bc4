using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;

namespace PacketPath.Module.Tests;

public sealed class ResolvePacketFailureTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private const string RoundTrip = "[System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($_))";

    private static readonly DateTime Noon = new(2026, 1, 2, 12, 0, 0, DateTimeKind.Utc);

    private static readonly PacketRoute Blackhole = new()
    {
        ComputerName = "web1",
        NetNamespace = "blue",
        ObservedAt = Noon,
        RemoteAddress = "203.0.113.10",
        Outcome = RouteOutcome.Blackhole,
        TypeOfRoute = RouteType.Blackhole,
        DestinationPrefix = "203.0.113.0/24",
        Table = "main",
        TableId = 254,
        ErrorName = "EINVAL",
        Rule = new PolicyRule { Priority = 32766, Table = "main", Text = "32766: from all lookup main" },
        Alternatives = [new RouteAlternative { DestinationPrefix = "0.0.0.0/0", NextHop = "192.0.2.1", InterfaceAlias = "eth0", Table = "main" }],
    };

    private static readonly SynPathResult Refused = new()
    {
        ComputerName = "web1",
        NetNamespace = "blue",
        ObservedAt = Noon,
        TargetName = "203.0.113.10",
        RemoteAddress = "203.0.113.10",
        RemotePort = 443,
        Protocol = TransportProtocol.Tcp,
        Outcome = SynOutcome.LocalError,
        FailedCall = "connect",
        SocketError = "EINVAL",
        Route = Blackhole,
        Interface = new PacketInterface { InterfaceAlias = "eth0", AdminUp = true, Carrier = true, Addresses = [new InterfaceAddress { IPAddress = "192.0.2.5" }] },
        Neighbor = new NeighborEntry { IPAddress = "192.0.2.1", State = NeighborState.Stale, NudState = "STALE" },
        ErrorQueue = [new IcmpReport { Offender = "192.0.2.5", OffenderIsLocal = true, Type = 3, Code = 9 }],
        NotObserved = [new MissingObservation { What = "packet capture", Why = "no CAP_NET_RAW", Remedy = "Run as root." }],
    };

    private static PacketEvidence[] OfEveryKind =>
    [
        Refused, Blackhole,
        new NeighborEntry { ComputerName = "n", IPAddress = "192.0.2.1", InterfaceAlias = "eth0", State = NeighborState.Unreachable, NudState = "FAILED" },
        new PacketInterface { ComputerName = "i", InterfaceAlias = "eth0" },
        new PolicyRule { ComputerName = "r", Priority = 5, AddressFamily = AddressFamily.IPv4, Action = RuleAction.ToTable },
    ];

    [Fact]
    public void Live_evidence_gives_a_verdict()
    {
        var verdict = Verdict(engine.Invoke("$e | Resolve-PacketFailure", "e", new object[] { Refused, Blackhole }));
        Assert.Equal(("RouteBlackhole", PathLayer.RouteLookup, Confidence.Proven), (verdict.FaultId, verdict.Layer, verdict.Confidence));
    }

    [Fact]
    public void Evidence_of_every_kind_survives_serialization()
    {
        const string Script = "$e | ForEach-Object { " + RoundTrip + " } | Resolve-PacketFailure | ForEach-Object { $_.FaultId + ' ' + $_.Confidence + ' ' + $_.Summary }";
        var live = engine.Invoke("$e | Resolve-PacketFailure | ForEach-Object { $_.FaultId + ' ' + $_.Confidence + ' ' + $_.Summary }", "e", OfEveryKind);
        var saved = engine.Invoke(Script, "e", OfEveryKind);
        live.AssertClean();
        saved.AssertClean();
        Assert.Equal(4, live.Output.Length);
        Assert.Equal(live.Output.Select(o => o.ToString()), saved.Output.Select(o => o.ToString()));
    }

    [Fact]
    public void What_remoting_adds_does_not_matter()
    {
        const string Script = "$e | ForEach-Object { $d = " + RoundTrip + "; "
            + "$d.PSObject.Properties.Add([System.Management.Automation.PSNoteProperty]::new('PSComputerName', 'a')); $d } | Resolve-PacketFailure";
        Assert.Equal("RouteBlackhole", Verdict(engine.Invoke(Script, "e", new object[] { Refused })).FaultId);
    }

    [Fact]
    public void The_shape_of_evidence_is_enough()
    {
        const string Script = """
            [pscustomobject]@{ PSTypeName = 'Anything'; RemoteAddress = '203.0.113.10'; Outcome = 3; TypeOfRoute = 8; DestinationPrefix = '203.0.113.0/24'; Table = 'main'; Extra = 1
                Rule = [pscustomobject]@{ Priority = 32766; Text = '32766: from all lookup main' }; Alternatives = @() } | Resolve-PacketFailure
            """;
        var verdict = Verdict(engine.Invoke(Script));
        Assert.Equal("RouteProhibit", verdict.FaultId);
        Assert.Contains(verdict.RuledOut, r => r.Observation.Contains("32766", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("'some text'")]
    [InlineData("[pscustomobject]@{ Name = 1 }")]
    [InlineData("[PacketPath.PacketFailure]::new()")]
    public void Anything_else_is_an_error_with_advice_and_the_rest_goes_on(string other)
    {
        var result = engine.Invoke($"{other}, $e | Resolve-PacketFailure", "e", Blackhole);
        var error = Assert.Single(result.Errors);
        Assert.StartsWith("NotEvidence", error.FullyQualifiedErrorId);
        Assert.NotNull(error.TargetObject);
        Assert.Contains("Test-SynPath", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal("RouteBlackhole", Assert.IsType<PacketFailure>(Assert.Single(result.Output).BaseObject).FaultId);
    }

    [Fact]
    public void Contributing_verdicts_can_be_left_out()
    {
        var both = Refused with { Interface = new PacketInterface { InterfaceAlias = "eth0" } };
        Assert.Equal([true, false], Verdicts("$e | Resolve-PacketFailure").Select(v => v.IsPrimary));
        Assert.Equal([true], Verdicts("$e | Resolve-PacketFailure -PrimaryOnly").Select(v => v.IsPrimary));

        IEnumerable<PacketFailure> Verdicts(string script) => engine.Invoke(script, "e", both).Output.Select(o => (PacketFailure)o.BaseObject);
    }

    [Fact]
    public void Next_steps_that_use_the_module_bind_to_its_commands()
    {
        var verdicts = engine.Invoke("$e | Resolve-PacketFailure", "e", OfEveryKind).Output.Select(o => (PacketFailure)o.BaseObject);
        var commands = verdicts.SelectMany(v => v.NextSteps).SelectMany(step =>
        {
            var tree = Parser.ParseInput(step, out _, out var errors);
            Assert.Empty(errors);
            return tree.FindAll(node => node is CommandAst, true).Cast<CommandAst>();
        });
        var before = Runspace.DefaultRunspace;
        Runspace.DefaultRunspace = engine.Runspace;
        try
        {
            var ours = commands.Where(c => c.GetCommandName() is { } name && name.Contains("-P", StringComparison.Ordinal)).ToArray();
            Assert.NotEmpty(ours);
            Assert.All(ours, c => Assert.Empty(StaticParameterBinder.BindCommand(c, resolve: true).BindingExceptions));
        }
        finally
        {
            Runspace.DefaultRunspace = before;
        }
    }

    [Theory]
    [InlineData("$e")]
    [InlineData("($e | ForEach-Object { " + RoundTrip + " })")]
    public void The_story_fits_its_width_and_shows_every_part(string subject)
    {
        var verdict = Verdict(engine.Invoke("$e | Resolve-PacketFailure", "e", new object[] { Refused }));
        var story = engine.Invoke($"[PacketPath.Formatting.PacketFailureView]::Story({subject}, 80)", "e", verdict).Output.Single().ToString();
        var plain = new System.Management.Automation.Internal.StringDecorated(story).ToString(OutputRendering.PlainText);
        Assert.StartsWith("RouteBlackhole  RouteLookup  Proven  203.0.113.10:443  from web1, blue\n", plain);
        string[] parts = ["How it is known", "Ruled out", "Not observed", "Proves", "Does not prove", "Next steps", "More: docs/faults/RouteBlackhole.md"];
        Assert.All(parts, p => Assert.Contains("  " + p + "\n", plain, StringComparison.Ordinal));
        var wrapped = plain.Split('\n').TakeWhile(line => !line.Contains("Next steps", StringComparison.Ordinal));
        Assert.All(wrapped, line => Assert.True(line.Length < 80, line));
        Assert.Contains("    + ", plain, StringComparison.Ordinal);
        Assert.DoesNotContain(plain, c => char.IsControl(c) && c != '\n');
    }

    [Fact]
    public void The_story_strips_what_could_drive_a_terminal()
    {
        var verdict = new PacketFailure { FaultId = "NoReply", Summary = "a\u001b]0;owned\u0007b", NextSteps = ["x\u001b[2J"] };
        var story = engine.Invoke("[PacketPath.Formatting.PacketFailureView]::Story($e, 0)", "e", verdict).Output.Single().ToString();
        Assert.DoesNotContain("\u001b]0;", story, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[2J", story, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_next_step_is_broken_where_it_still_runs()
    {
        var step = "Test-SynPath -TargetName 2001:db8:113::10 -Port 443 -NetNamespace a-rather-long-name | Resolve-PacketFailure";
        var verdict = new PacketFailure { FaultId = "NoReply", NextSteps = [step] };
        var story = engine.Invoke("[PacketPath.Formatting.PacketFailureView]::Story($e, 100)", "e", verdict).Output.Single().ToString();
        Assert.Contains("    " + step.Replace("| ", "|\n      ", StringComparison.Ordinal) + "\n", story, StringComparison.Ordinal);
    }

    [Fact]
    public void A_contributing_verdict_does_not_repeat_what_the_primary_one_ruled_out()
    {
        var verdict = new PacketFailure { FaultId = "NoReply", IsPrimary = false, RuledOut = [new ClearedLayer { Layer = PathLayer.Name, Observation = "an address" }] };
        Assert.DoesNotContain("Ruled out", Story(verdict), StringComparison.Ordinal);
        Assert.Contains("Ruled out", Story(verdict with { IsPrimary = true }), StringComparison.Ordinal);

        string Story(PacketFailure shown) => engine.Invoke("[PacketPath.Formatting.PacketFailureView]::Story($e, 0)", "e", shown).Output.Single().ToString()!;
    }

    private static PacketFailure Verdict(EngineResult result)
    {
        result.AssertClean();
        return Assert.IsType<PacketFailure>(Assert.Single(result.Output).BaseObject);
    }
}
