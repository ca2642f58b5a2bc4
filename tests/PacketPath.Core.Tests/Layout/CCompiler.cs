using System.Diagnostics;

namespace PacketPath.Core.Tests.Layout;

/// <summary>The system's C compiler, for its opinion on constants and layouts.</summary>
internal static class CCompiler
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Its path; null where there is none.</summary>
    public static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Select(static folder => Path.Combine(folder, "cc"))
        .FirstOrDefault(File.Exists);

    /// <summary>Checks a translation unit; null where it compiles, else the compiler's words.</summary>
    public static string? Compile(string source)
    {
        var start = new ProcessStartInfo(Find()!, ["-fsyntax-only", "-std=gnu11", "-x", "c", "-"])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var words = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(source);
        process.StandardInput.Close();
        if (!process.WaitForExit(Limit))
        {
            process.Kill();
            return "the compiler did not end";
        }

        return process.ExitCode == 0 ? null : words.Result;
    }
}
