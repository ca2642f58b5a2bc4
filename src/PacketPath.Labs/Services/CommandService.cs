using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace PacketPath.Labs;

/// <summary>A command that runs beside the lab until the lab ends.</summary>
internal sealed class CommandService : IDisposable
{
    private const int MostOutput = 64 * 1024;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private CommandService(Process process) => _process = process;

    public static CommandService Start(string node, string netNamespace, LabService service, CancellationToken stop)
    {
        var process = new Process { StartInfo = LabCommand.StartInfo("ip", ["netns", "exec", netNamespace, "sh", "-c", service.Run!]) };
        var running = new CommandService(process);
        process.OutputDataReceived += (_, line) => running.Heard(line.Data);
        process.ErrorDataReceived += (_, line) => running.Heard(line.Data);
        LabCommand.Start(process);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            if (service.Ready is { } ready)
            {
                running.Await(node, service.Run!, ready, stop);
            }

            return running;
        }
        catch
        {
            running.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit(TimeSpan.FromSeconds(2));
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }

        _process.Dispose();
    }

    private void Heard(string? line)
    {
        lock (_output)
        {
            if (line is not null && _output.Length < MostOutput)
            {
                _output.Append(line).Append('\n');
            }
        }
    }

    private void Await(string node, string run, LabReadiness ready, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        while (!IsReady(ready))
        {
            if (_process.HasExited)
            {
                throw new LabException(
                    $"In node '{node}', the service '{run}' ended with exit code {_process.ExitCode} before it was ready: {Said()}",
                    "Run the command by hand, or install what it needs.");
            }

            if (clock.Elapsed.TotalSeconds > ready.TimeoutSeconds)
            {
                throw new LabException(
                    $"In node '{node}', the service '{run}' was not ready after {ready.TimeoutSeconds} s: {Said()}",
                    "Check its readiness condition, or give it a longer timeoutSeconds.");
            }

            stop.WaitHandle.WaitOne(PollInterval);
            stop.ThrowIfCancellationRequested();
        }
    }

    private bool IsReady(LabReadiness ready) =>
        ready.File is not null ? File.Exists(ready.File)
        : ready.TcpPort is int port ? Listens(port)
        : Said().Contains(ready.Output!, StringComparison.Ordinal);

    private string Said()
    {
        lock (_output)
        {
            return _output.ToString().Trim();
        }
    }

    /// <summary>Looks for a listening socket in the socket tables of the service's own namespace.</summary>
    private bool Listens(int port)
    {
        var ending = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        foreach (var table in new[] { "tcp", "tcp6" })
        {
            try
            {
                foreach (var line in File.ReadLines($"/proc/{_process.Id}/net/{table}").Skip(1))
                {
                    var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                    if (fields.Length > 3 && fields[3] == "0A" && fields[1].EndsWith(ending, StringComparison.Ordinal))
                    {
                        return true;
                    }
                }
            }
            catch (IOException)
            {
                // The process is gone, or this family is not there.
            }
        }

        return false;
    }
}
