using System.Diagnostics;

namespace PacketPath.Module.Tests.Shell;

/// <summary>What a finished shell process left.</summary>
/// <param name="Code">Its exit code.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Error">Its standard error.</param>
public sealed record ShellRun(int Code, string Output, string Error);

/// <summary>Starts tools/pwsh with the engine host, whatever else is installed.</summary>
public static class ShellProcess
{
    private static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan RunLimit = TimeSpan.FromMinutes(1);

    /// <summary>The first use builds the host; no test should pay for that.</summary>
    private static readonly Lazy<ShellRun> Built = new(() => Finish(Start(["-Version"], null), null, BuildLimit));

    /// <summary>Runs the shell to its end.</summary>
    /// <param name="words">Its arguments.</param>
    /// <param name="input">Its standard input; null for none.</param>
    /// <param name="environment">Variables to set.</param>
    public static ShellRun Run(string[] words, string? input = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        Build();
        return Finish(Start(words, environment), input, RunLimit);
    }

    /// <summary>Runs one command text.</summary>
    public static ShellRun Command(string text) => Run(["-NoProfile", "-NonInteractive", "-Command", text]);

    /// <summary>Runs one command text under another program, which changes what the shell may do.</summary>
    public static ShellRun CommandUnder(string[] prefix, string text)
    {
        Build();
        return Finish(Start(["-NoProfile", "-NonInteractive", "-Command", text], null, prefix), null, RunLimit);
    }

    /// <summary>Starts the shell, with every signal at its default, and returns while it runs.</summary>
    public static Process StartCommand(string text)
    {
        Build();
        return Start(["-NonInteractive", "-Command", text], null, ["env", "--default-signal=INT,TERM"]);
    }

    /// <summary>Runs the shell on a pseudo-terminal of 100 columns; what the terminal shows is the output.</summary>
    public static ShellRun OnTerminal(string text, IReadOnlyDictionary<string, string> environment)
    {
        Build();
        var command = $"stty cols 100 rows 30; exec '{Repository.File("tools", "pwsh")}' -NonInteractive -Command \"$TEXT\"";
        var variables = new Dictionary<string, string>(environment) { ["TEXT"] = text, ["SHELL"] = "/bin/sh" };
        return Finish(Start("script", ["-qec", command, "/dev/null"], variables), null, RunLimit);
    }

    private static void Build()
    {
        if (Built.Value.Code != 0)
        {
            Assert.Fail($"tools/pwsh could not be built: {Built.Value.Error}");
        }
    }

    private static Process Start(string[] words, IReadOnlyDictionary<string, string>? environment, string[]? prefix = null)
    {
        string[] all = [.. prefix ?? [], Repository.File("tools", "pwsh"), .. words];
        return Start(all[0], all[1..], environment);
    }

    private static Process Start(string program, string[] words, IReadOnlyDictionary<string, string>? environment)
    {
        var start = new ProcessStartInfo(program, words)
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PACKETPATH_SHELL"] = "engine";
        start.Environment.Remove("NO_COLOR");
        start.Environment.Remove("COLUMNS");
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private static ShellRun Finish(Process process, string? input, TimeSpan limit)
    {
        using (process)
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            process.StandardInput.Write(input ?? "");
            process.StandardInput.Close();
            if (!process.WaitForExit(limit))
            {
                process.Kill(entireProcessTree: true);
                Assert.Fail($"The shell did not end within {limit.TotalSeconds} s.");
            }

            return new ShellRun(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
        }
    }
}
