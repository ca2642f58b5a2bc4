using System.Collections.ObjectModel;
using System.Diagnostics;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace PacketPath.Bench;

/// <summary>The PowerShell engine in this process, with the module imported as a user imports it.</summary>
internal sealed class Engine : IDisposable
{
    private readonly Runspace _runspace;

    internal Engine(string manifest)
    {
        _runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        _runspace.Open();
        Set("manifest", manifest);
        _ = Invoke("Import-Module -Name $manifest -ErrorAction Stop");
    }

    /// <summary>Sets a variable of the session.</summary>
    internal void Set(string name, object value) => _runspace.SessionStateProxy.SetVariable(name, value);

    /// <summary>Runs a pipeline; any error ends the benchmark.</summary>
    internal Collection<PSObject> Invoke(string script)
    {
        using var shell = System.Management.Automation.PowerShell.Create(_runspace);
        Collection<PSObject> output = shell.AddScript(script).Invoke();
        return shell.Streams.Error.Count == 0
            ? output
            : throw new InvalidOperationException($"'{script}' failed: {shell.Streams.Error[0]}");
    }

    /// <summary>Runs a pipeline; the wall time it took, in milliseconds.</summary>
    internal double Time(string script)
    {
        long start = Stopwatch.GetTimestamp();
        _ = Invoke(script);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    public void Dispose() => _runspace.Dispose();
}
