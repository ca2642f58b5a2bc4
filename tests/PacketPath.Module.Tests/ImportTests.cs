using System.Management.Automation;

namespace PacketPath.Module.Tests;

public class ImportTests
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
}
