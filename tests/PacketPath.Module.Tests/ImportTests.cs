using System.Collections;
using System.Management.Automation;

namespace PacketPath.Module.Tests;

public class ImportTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    [Fact]
    public void The_module_imports_without_a_word()
    {
        using var runspace = EngineFixture.OpenBare();
        var result = EngineFixture.Run(runspace, "Import-Module -Name $manifest -PassThru -Verbose:$false", new Dictionary<string, object?> { ["manifest"] = Repository.Manifest });

        var module = result.One<PSModuleInfo>();
        Assert.Equal("PacketPath", module.Name);
        Assert.Equal(ModuleType.Binary, module.ModuleType);
        Assert.Empty(result.Warnings);
    }

    [Fact]
    public void The_module_exports_exactly_what_the_manifest_lists()
    {
        var manifest = ReadManifest();
        var exported = engine.Invoke("(Get-Module PacketPath).ExportedCmdlets.Keys").AssertClean().Of<string>();

        Assert.Equal(manifest.Order(StringComparer.Ordinal), exported.Order(StringComparer.Ordinal));
    }

    private string[] ReadManifest()
    {
        var text = File.ReadAllText(Repository.Manifest);
        var data = engine.Invoke("& ([scriptblock]::Create($text))", "text", text).One<Hashtable>();
        return [.. ((object[])data["CmdletsToExport"]!).Cast<string>()];
    }
}
