namespace PacketPath.Module.Tests.Shell;

/// <summary>A test that needs a pseudo-terminal; skipped with the reason where script(1) is not there to make one.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TerminalFactAttribute : FactAttribute
{
    public TerminalFactAttribute()
    {
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        if (!path.Split(':').Any(static folder => File.Exists(Path.Combine(folder, "script"))))
        {
            Skip = "script(1), which makes a pseudo-terminal, is not on the PATH (package bsdutils).";
        }
    }
}
