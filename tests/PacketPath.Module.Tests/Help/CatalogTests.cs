using System.Text.Json;
using PacketPath.Diagnosis;

namespace PacketPath.Module.Tests.Help;

/// <summary>A fault without a page or a lab, or either without a fault, is not whole.</summary>
public class CatalogTests
{
    private static string[] FaultIds => [.. FaultCatalog.All.Select(static fault => fault.Id).Order(StringComparer.Ordinal)];

    [Fact]
    public void Every_fault_has_a_page_and_every_page_a_fault()
    {
        var pages = Directory.GetFiles(Repository.File("docs", "faults"), "*.md").Select(static path => Path.GetFileNameWithoutExtension(path)!);

        Assert.Equal(FaultIds, pages.Where(static page => page != "README").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_fault_has_a_scenario_and_every_scenario_a_fault()
    {
        // A page may say why no namespace can show its fault.
        var shown = FaultIds.Where(static id => !File.ReadAllText(Repository.File("docs", "faults", id + ".md")).Contains("## Labs\n\nNone: ", StringComparison.Ordinal));
        Assert.Equal(shown, Scenarios().Select(static scenario => scenario.FaultId).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_scenario_expects_the_layer_its_fault_belongs_to()
    {
        var layers = Enum.GetNames<PathLayer>();

        Assert.All(Scenarios(), scenario => Assert.Contains(scenario.Layer, layers));
    }

    private static List<(string FaultId, string Layer)> Scenarios()
    {
        var found = new List<(string, string)>();
        foreach (var path in Directory.GetFiles(Repository.File("bin", "Scenarios"), "*.json"))
        {
            using var document = JsonDocument.Parse(File.ReadAllText(path), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            var expected = document.RootElement.GetProperty("expected");
            found.Add((expected.GetProperty("faultId").GetString()!, expected.GetProperty("layer").GetString()!));
        }

        Assert.NotEmpty(found);
        return found;
    }
}
