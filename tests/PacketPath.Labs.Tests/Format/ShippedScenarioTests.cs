using System.Text.Json;
using PacketPath.Module.Tests;

namespace PacketPath.Labs.Tests;

public class ShippedScenarioTests
{
    public static TheoryData<string> Files => [.. ScenarioLibrary.Files().Select(f => Path.GetFileName(f))];

    [Theory]
    [MemberData(nameof(Files))]
    public void TheFileBearsTheScenariosName(string file)
    {
        var scenario = LabScenarioReader.ReadFile(Path.Combine(ScenarioLibrary.Folder, file));
        Assert.Equal(Path.GetFileNameWithoutExtension(file), scenario.Name);
        Assert.True(
            scenario.Name.StartsWith("SynDrop", StringComparison.Ordinal)
                || (scenario.Name.StartsWith(scenario.Expected.FaultId, StringComparison.Ordinal)
                    && scenario.Name.EndsWith($"-{scenario.Family}", StringComparison.Ordinal)),
            "the name is <FaultId>[-<variant>]-<family>");
    }

    [Fact]
    public void EachFaultHasAScenarioOfEachFamily()
    {
        var scenarios = ScenarioLibrary.Files().Select(LabScenarioReader.ReadFile).ToArray();
        foreach (var fault in scenarios.GroupBy(s => s.Expected.FaultId))
        {
            var families = fault.Select(s => s.Family).Distinct().Order().ToArray();
            Assert.Equal(fault.Key == "Ipv6Disabled" ? [AddressFamily.IPv6] : [AddressFamily.IPv4, AddressFamily.IPv6], families);
        }

        Assert.True(scenarios.Count(s => s.Expected.FaultId == "NoFault") >= 12);
    }

    [Fact]
    public void TheSchemaKnowsTheMembersTheReaderKnows()
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(Repository.File("docs", "lab.schema.json")));
        var root = schema.RootElement;
        var scenario = Names(root.GetProperty("properties"));
        var node = Names(root.GetProperty("$defs").GetProperty("node").GetProperty("properties"));
        Assert.Equal(
            ["$schema", "break", "captures", "expected", "family", "links", "name", "nodes", "pipeline", "teaches", "timeoutSeconds", "title", "trace", "vantage"], scenario);
        Assert.Equal(["commands", "forwarding", "resolver", "routes", "rules", "services", "switch", "sysctls"], node);
    }

    [Fact]
    public void TheExampleInTheDocumentationIsAScenario()
    {
        var text = File.ReadAllText(Repository.File("docs", "labs.md"));
        var start = text.IndexOf("```json", StringComparison.Ordinal) + "```json".Length;
        var json = text[start..text.IndexOf("```", start, StringComparison.Ordinal)];
        var scenario = LabScenarioReader.Parse(json, "docs/labs.md");
        Assert.Equal("NoReply", scenario.Expected.FaultId);
        Assert.Equal(3, scenario.Topology.Nodes.Count);
    }

    private static string[] Names(JsonElement members) => [.. members.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal)];
}
