namespace PacketPath.Module.Tests.Report;

/// <summary>A test that looks at a page in a real browser; skipped with the reason where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute
{
    private static readonly string[] Names = ["chromium-headless-shell", "chromium"];

    public BrowserFactAttribute()
    {
        if (Program is null)
        {
            Skip = $"None of {string.Join(", ", Names)} is on the PATH (package chromium-headless-shell).";
        }
    }

    /// <summary>The browser; null where there is none.</summary>
    public static string? Program { get; } = (
        from name in Names
        from folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        let path = Path.Combine(folder, name)
        where File.Exists(path)
        select path).FirstOrDefault();
}
