using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace PacketPath.Labs;

/// <summary>What a command run in a node came to.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it wrote to standard output.</param>
/// <param name="Error">What it wrote to standard error.</param>
public sealed record CommandResult(int ExitCode, string Output, string Error);

/// <summary>Runs one tool to its end, with a deadline.</summary>
internal static class LabCommand
{
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    public static CommandResult Run(
        string tool, IReadOnlyList<string> arguments, string? input = null, TimeSpan? timeout = null, CancellationToken stop = default)
    {
        using var process = new Process { StartInfo = StartInfo(tool, arguments) };
        process.StartInfo.RedirectStandardInput = true;
        Start(process);
        var output = process.StandardOutput.ReadToEndAsync(stop);
        var error = process.StandardError.ReadToEndAsync(stop);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(timeout ?? DefaultTimeout);
        try
        {
            Feed(process, input);
            process.WaitForExitAsync(deadline.Token).GetAwaiter().GetResult();
            return new CommandResult(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
        }
        catch (OperationCanceledException) when (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            stop.ThrowIfCancellationRequested();
            throw new LabException(
                $"'{Describe(tool, arguments)}' did not end in time.",
                "A command that keeps running belongs in the node's services.");
        }
    }

    public static CommandResult MustRun(
        string tool, IReadOnlyList<string> arguments, string? input = null, CancellationToken stop = default)
    {
        var result = Run(tool, arguments, input, null, stop);
        if (result.ExitCode != 0)
        {
            throw new LabException(
                $"'{Describe(tool, arguments)}' failed with exit code {result.ExitCode}: {FirstLines(result)}",
                input is null ? "Run it by hand to see more." : $"It was given:\n{input.TrimEnd()}");
        }

        return result;
    }

    public static ProcessStartInfo StartInfo(string tool, IReadOnlyList<string> arguments)
    {
        var info = new ProcessStartInfo(tool) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            info.ArgumentList.Add(argument);
        }

        return info;
    }

    public static void Start(Process process)
    {
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            throw new LabException(
                $"'{process.StartInfo.FileName}' cannot be started: {e.Message}.", "Install it: apt-get install iproute2 nftables.", e);
        }
    }

    public static string FirstLines(CommandResult result)
    {
        var text = result.Error.Length > 0 ? result.Error : result.Output;
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length == 0 ? "it said nothing" : string.Join(" / ", lines.Take(3));
    }

    private static void Feed(Process process, string? input)
    {
        try
        {
            if (input is not null)
            {
                process.StandardInput.Write(input);
            }

            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The tool ended before it read everything; its exit code tells.
        }
    }

    private static string Describe(string tool, IReadOnlyList<string> arguments)
    {
        var text = new StringBuilder(tool);
        foreach (var argument in arguments)
        {
            text.Append(' ').Append(argument);
        }

        return text.ToString();
    }
}
