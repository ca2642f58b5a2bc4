using System.Management.Automation;
using System.Text.Json;

namespace PacketPath.Module.Tests;

/// <summary>Test-DnsTruncation as a user meets it, on loopback: no privilege needed.</summary>
public sealed class TestDnsTruncationTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    [Fact]
    public void An_answer_is_an_object_with_its_records()
    {
        using var server = new TestNameServer(answers: true);
        var result = engine.Invoke($"'www.example' | Test-DnsTruncation -Server 127.0.0.1 -ServerPort {server.Port} -NoCapture").One<DnsTruncationResult>();
        Assert.Equal(("www.example.", "A", "127.0.0.1", server.Port, "-Server"), (result.Name, result.Type, result.RemoteAddress, result.RemotePort, result.ServerSource));
        Assert.Equal((DnsOutcome.Whole, "NOERROR", "192.0.2.80", false), (result.Outcome, result.ResponseCode, Assert.Single(result.Answers).Data, result.EdnsSupported));
        Assert.Contains(result.NotObserved, m => m.Why.Contains("NoCapture", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_name_type_and_server_has_a_result()
    {
        using var server = new TestNameServer(answers: true);
        var results = engine.Invoke($"Test-DnsTruncation a.example, b.example 127.0.0.1, localhost -Type A, AAAA, TYPE65 -ServerPort {server.Port} -NoCapture -IPv4 -BufferSize 0, 1232")
            .AssertClean().Of<DnsTruncationResult>();
        Assert.Equal(12, results.Length);
        Assert.Equal(["A", "AAAA", "HTTPS"], results.Select(r => r.Type).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(6, results.Count(r => r.TargetName == "localhost"));
    }

    [Fact]
    public void A_result_asks_the_same_again()
    {
        using var server = new TestNameServer(answers: true);
        var results = engine.Invoke($"Test-DnsTruncation www.example 127.0.0.1 -Type AAAA -ServerPort {server.Port} -NoCapture | Test-DnsTruncation -NoCapture").AssertClean().Of<DnsTruncationResult>();
        var result = Assert.Single(results);
        Assert.Equal(("www.example.", "AAAA", server.Port), (result.Name, result.Type, result.RemotePort));
    }

    [Theory]
    [InlineData("a..b", "NameMalformed", "a..b")]
    [InlineData("'a b'", "NameMalformed", "a b")]
    [InlineData("192.0.2.1", "NameMalformed", "192.0.2.1")]
    public void Bad_names_are_errors_and_the_rest_goes_on(string name, string errorId, string target)
    {
        using var server = new TestNameServer(answers: true);
        var run = engine.Invoke($"Test-DnsTruncation {name}, www.example -Server 127.0.0.1 -ServerPort {server.Port} -NoCapture");
        var error = Assert.Single(run.Errors);
        Assert.StartsWith(errorId + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(target, error.TargetObject);
        Assert.False(string.IsNullOrEmpty(error.ErrorDetails?.RecommendedAction));
        Assert.Equal("www.example.", Assert.Single(run.Of<DnsTruncationResult>()).Name);
    }

    [Theory]
    [InlineData("Test-DnsTruncation www.example -Server 127.0.0.1 -Type B", "RecordTypeUnknown")]
    [InlineData("Test-DnsTruncation www.example -Server 10", "TargetMalformed")]
    [InlineData("Test-DnsTruncation www.example -NetNamespace no-such-namespace", "NetNamespaceNotFound")]
    [InlineData("Test-DnsTruncation www.example -Server 127.0.0.1 -InterfaceAlias nosuch0 -NoCapture", "InterfaceNotFound")]
    [InlineData("Test-DnsTruncation www.example -Server 127.0.0.1 -SourceAddress nobody.example", "SourceAddressInvalid")]
    [InlineData("Test-DnsTruncation www.example -Server ::1 -SourceAddress 127.0.0.5", "SourceFamilyMismatch")]
    public void What_cannot_be_asked_is_an_error(string script, string errorId)
    {
        var run = engine.Invoke(script);
        Assert.StartsWith(errorId + ",", Assert.Single(run.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Null(run.Failure);
        Assert.Empty(run.Output);
    }

    [Fact]
    public void Types_and_servers_complete()
    {
        var found = engine.Invoke("(TabExpansion2 'Test-DnsTruncation x -Type AA' 29).CompletionMatches.CompletionText").Of<string>();
        Assert.Equal(["AAAA"], found);
        var servers = engine.Invoke("(TabExpansion2 'Test-DnsTruncation x -Server ' 29).CompletionMatches.CompletionText").Of<string>();
        Assert.NotEmpty(servers);
    }

    [Fact]
    public void Two_hundred_names_are_asked_side_by_side()
    {
        using var server = new TestNameServer(answers: true);
        var results = engine.Invoke($"1..200 | ForEach-Object {{ \"n$_.example\" }} | Test-DnsTruncation -Server 127.0.0.1 -ServerPort {server.Port} -NoCapture -ThrottleLimit 50 -BufferSize 1232")
            .AssertClean().Of<DnsTruncationResult>();
        Assert.Equal(200, results.Select(r => r.Name).Distinct().Count());
        Assert.All(results, r => Assert.Equal(DnsOutcome.Whole, r.Outcome));
    }

    [Fact]
    public void A_closed_port_is_a_result_and_a_verdict()
    {
        var verdict = engine.Invoke("Test-DnsTruncation www.example 127.0.0.1 -ServerPort 9 -NoCapture | Resolve-PacketFailure -PrimaryOnly").One<PacketFailure>();
        Assert.Equal(("NameServerUnreachable", PathLayer.Name, TransportProtocol.Udp), (verdict.FaultId, verdict.Layer, verdict.Protocol));
    }

    [Fact]
    public void A_result_survives_serialization_and_gives_the_same_verdict_and_view()
    {
        using var server = new TestNameServer(answers: true);
        foreach (var port in new[] { server.Port, 9 })
        {
            var live = engine.Invoke($"Test-DnsTruncation www.example 127.0.0.1 -ServerPort {port} -NoCapture").One<DnsTruncationResult>();
            var dead = PSSerializer.Deserialize(PSSerializer.Serialize(PSObject.AsPSObject(live), 5));
            Assert.Contains("Deserialized.PacketPath.DnsTruncationResult", PSObject.AsPSObject(dead).TypeNames);
            var again = LanguagePrimitives.ConvertTo<DnsTruncationResult>(dead);
            Assert.Equal(JsonSerializer.Serialize(live), JsonSerializer.Serialize(again));
            Assert.Equal(Verdict(live).Summary, Verdict(dead).Summary);
            var story = Story(live);
            Assert.Equal(story, Story(dead));
            Assert.All(story.Split('\n').Where(l => !l.Contains("not observed", StringComparison.Ordinal)), l => Assert.InRange(l.Length, 0, 100));
        }
    }

    private PacketFailure Verdict(object result) => engine.Invoke("$result | Resolve-PacketFailure -PrimaryOnly", "result", result).One<PacketFailure>();

    private string Story(object result) => engine.Invoke("[PacketPath.Formatting.DnsTruncationView]::Story($result)", "result", result).One<string>();
}
