using System.Management.Automation;
using System.Reflection;

namespace PacketPath.Shell;

/// <summary>What the shell says about itself.</summary>
internal static class Usage
{
    /// <summary>The command line, explained.</summary>
    public const string Text = """
        PacketPath.Shell: the PowerShell engine in a small console host, for machines without pwsh.

        Usage: pwsh [-NoProfile] [-NonInteractive] [-NoLogo] [-NoExit] [-WorkingDirectory <folder>]
                    [[-File] <script> [arguments] | -Command <text> | -CommandWithArgs <text> <arguments> | -Command -]
               pwsh -Version | -Help

        Without a script or a command it reads commands from the terminal. It holds the engine's own
        commands (Get-Command lists them) and finds the PacketPath module by name.
        """;

    /// <summary>The engine's version and the host's name.</summary>
    public static string Version => $"PowerShell {EngineVersion} (engine only, PacketPath.Shell)";

    /// <summary>The engine's version.</summary>
    public static string EngineVersion
    {
        get
        {
            var text = typeof(PSObject).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
            var end = text.IndexOfAny([' ', '+']);
            return end < 0 ? text : text[..end];
        }
    }
}
