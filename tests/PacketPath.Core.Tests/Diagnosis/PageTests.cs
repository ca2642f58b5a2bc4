using PacketPath.Diagnosis;

namespace PacketPath.Core.Tests.Diagnosis;

public class PageTests
{
    private static readonly string[] Ids = [.. FaultCatalog.All.Select(r => r.Id)];

    [Fact]
    public void Catalog_and_pages_are_one_to_one()
    {
        var pages = Directory.GetFiles(Path.Combine(RepositoryRoot(), "docs", "faults"), "*.md")
            .Select(Path.GetFileNameWithoutExtension).Where(n => n != "README");
        Assert.Equal(Ids.Order(), pages.Order());
    }

    [Fact]
    public void Every_page_has_its_parts()
    {
        foreach (var id in Ids)
        {
            var page = File.ReadAllText(Path.Combine(RepositoryRoot(), "docs", "faults", id + ".md"));
            Assert.StartsWith($"# {id}\n", page);
            string[] parts = ["## Symptom", "## How it is proved", "## What that does not prove", "## The fix", "## Labs"];
            Assert.All(parts, p => Assert.True(page.Contains(p + "\n", StringComparison.Ordinal), $"{id}.md has no \"{p}\""));
            Assert.Contains(id == "Indeterminate" ? "Layer: the deepest layer cleared" : $"Layer: `{FaultCatalog.Find(id)!.Layer}`", page);
        }
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "PacketPath.psd1")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("not run from inside the repository");
    }
}
