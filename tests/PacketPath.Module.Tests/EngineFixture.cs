using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace PacketPath.Module.Tests;

/// <summary>The PowerShell engine in this process, with the built module imported from the repository root.</summary>
public sealed class EngineFixture : IDisposable
{
    /// <summary>No pipeline of a test may run longer than this.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Opens a runspace and imports the module.</summary>
    public EngineFixture()
    {
        Runspace = OpenWithModule();
    }

    /// <summary>The runspace every <see cref="Invoke"/> uses.</summary>
    public Runspace Runspace { get; }

    /// <summary>Opens a bare runspace: the engine's own commands and nothing else.</summary>
    public static Runspace OpenBare()
    {
        var state = InitialSessionState.CreateDefault2();
        state.ThreadOptions = PSThreadOptions.UseNewThread;
        var runspace = RunspaceFactory.CreateRunspace(state);
        runspace.Open();
        return runspace;
    }

    /// <summary>Opens a runspace of its own with the module imported; the caller disposes it.</summary>
    public static Runspace OpenWithModule()
    {
        var runspace = OpenBare();
        Run(runspace, "Import-Module -Name $manifest -ErrorAction Stop", new Dictionary<string, object?> { ["manifest"] = Repository.Manifest }).AssertClean();
        return runspace;
    }

    /// <summary>Runs a script and returns everything it wrote.</summary>
    /// <param name="script">PowerShell text.</param>
    /// <param name="variables">Variables to set first, by name.</param>
    public EngineResult Invoke(string script, IReadOnlyDictionary<string, object?>? variables = null) => Run(Runspace, script, variables);

    /// <summary>Runs a script with one variable set first.</summary>
    public EngineResult Invoke(string script, string variable, object? value) =>
        Run(Runspace, script, new Dictionary<string, object?> { [variable] = value });

    /// <summary>Runs a script in a given runspace.</summary>
    public static EngineResult Run(Runspace runspace, string script, IReadOnlyDictionary<string, object?>? variables = null)
    {
        foreach (var (name, value) in variables ?? new Dictionary<string, object?>())
        {
            runspace.SessionStateProxy.SetVariable(name, value);
        }

        using var shell = PowerShell.Create(runspace);
        shell.AddScript(script, useLocalScope: true);
        using var output = new PSDataCollection<PSObject>();
        ErrorRecord? failure = null;
        var run = shell.BeginInvoke<PSObject, PSObject>(null, output);
        if (!run.AsyncWaitHandle.WaitOne(Limit))
        {
            shell.Stop();
            Assert.Fail($"The pipeline did not end within {Limit.TotalSeconds} s: {script}");
        }

        try
        {
            shell.EndInvoke(run);
        }
        catch (RuntimeException exception)
        {
            failure = exception.ErrorRecord;
        }

        return new EngineResult
        {
            Output = [.. output],
            Errors = [.. shell.Streams.Error],
            Failure = failure,
            Warnings = [.. shell.Streams.Warning.Select(static record => record.Message)],
            Verbose = [.. shell.Streams.Verbose.Select(static record => record.Message)],
            Debug = [.. shell.Streams.Debug.Select(static record => record.Message)],
            Information = [.. shell.Streams.Information],
            Progress = [.. shell.Streams.Progress],
        };
    }

    /// <inheritdoc/>
    public void Dispose() => Runspace.Dispose();
}
