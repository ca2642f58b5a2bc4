using System.Diagnostics;
using System.Globalization;

namespace PacketPath.Labs.Tests;

/// <summary>A process of its own that builds a network and holds it until it is ended from outside.</summary>
internal sealed class LabChild : IDisposable
{
    public const string Argument = "hold-a-lab";
    private readonly Process _process;

    private LabChild(Process process)
    {
        _process = process;
        Namespaces = (process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The child built nothing.")).Split(' ');
    }

    public string[] Namespaces { get; }

    public static LabChild Start()
    {
        var info = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardInput = true };
        info.ArgumentList.Add(typeof(LabChild).Assembly.Location);
        info.ArgumentList.Add(Argument);
        return new LabChild(Process.Start(info)!);
    }

    /// <summary>What the child does.</summary>
    public static int Hold()
    {
        using var network = LabNetwork.Build(Topologies.Pair() with
        {
            Nodes = [new LabNode { Name = "a", Resolver = new LabResolver { Servers = ["10.1.0.2"] } }, new LabNode { Name = "b" }],
        });
        network.MustExec("a", "sleep 300 > /dev/null 2>&1 &");
        Console.Out.WriteLine(string.Join(' ', network.Nodes.Values));
        Console.Out.Flush();
        Console.In.ReadLine();
        return 0;
    }

    public void Kill()
    {
        _process.Kill();
        Assert.True(_process.WaitForExit(TimeSpan.FromSeconds(10)));
    }

    public void Terminate()
    {
        HostState.Run("kill", "-TERM", _process.Id.ToString(CultureInfo.InvariantCulture));
        Assert.True(_process.WaitForExit(TimeSpan.FromSeconds(10)));
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
