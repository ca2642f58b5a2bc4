namespace PacketPath.Module.Tests.Shell;

/// <summary>What importing the module brings into a fresh process.</summary>
public class ModuleLoadTests
{
    private const string Assemblies = "[Runtime.Loader.AssemblyLoadContext]::Default.Assemblies | ForEach-Object { $_.GetName().Name }";
    private const string CaptureLibraries = "SharpPcap,PacketDotNet,PacketPath.Capture";

    [Fact]
    public void The_module_is_found_by_name()
    {
        Assert.Equal("PacketPath", ShellProcess.Command("(Import-Module PacketPath -PassThru).Name").Output.Trim());
    }

    [Fact]
    public void A_cmdlet_is_found_without_importing_the_module()
    {
        Assert.Equal("PacketPath", ShellProcess.Command("(Get-Command Resolve-PacketFailure).Source").Output.Trim());
    }

    [Fact]
    public void Importing_loads_no_capture_library()
    {
        var loaded = ShellProcess.Command($"Import-Module PacketPath; [AppDomain]::CurrentDomain.GetAssemblies() | ForEach-Object {{ $_.GetName().Name }}")
            .Output.Split('\n');

        Assert.Contains("PacketPath.Core", loaded);
        Assert.Empty(loaded.Intersect(CaptureLibraries.Split(',')));
    }

    [Fact]
    public void Capture_libraries_stay_out_of_the_default_load_context()
    {
        var run = ShellProcess.Command($"Import-Module PacketPath; [PacketPath.Capture.PacketSources]::Factory.GetType().Assembly.GetName().Name; {Assemblies}");
        var lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal("PacketPath.Capture", lines[0]);
        Assert.Contains("PacketPath.Core", lines[1..]);
        Assert.Empty(lines[1..].Intersect(CaptureLibraries.Split(',')));
    }
}
