using System.Management.Automation;
using PacketPath.Binding;
using PacketPath.Labs;

namespace PacketPath.Commands;

/// <summary>Builds a throw-away network, breaks it on purpose, diagnoses it, shows the verdict beside the truth, and removes it.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "PacketLab", DefaultParameterSetName = ByName)]
[OutputType(typeof(PacketLabResult))]
public sealed class InvokePacketLabCommand : PacketPathCmdlet
{
    private const string ByName = "Name";
    private const string ByPath = "Path";
    private const string Cleaning = "RemoveKept";
    private readonly LabEngine _engine = new();

    /// <summary>The labs to run, by name; wildcards are welcome. Get-PacketLab lists them.</summary>
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = ByName, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Lab")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(LabNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Scenario files of your own; wildcards are welcome. docs/labs.md describes the format.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByPath)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>Leaves the network standing where the verdict is not the truth, for a look around; -RemoveKept removes it.</summary>
    [Parameter(ParameterSetName = ByName)]
    [Parameter(ParameterSetName = ByPath)]
    public SwitchParameter KeepOnFailure { get; set; }

    /// <summary>Shows what the lab's pipeline wrote, each kind in its own view, before the result. The result's Output holds it either way.</summary>
    [Parameter(ParameterSetName = ByName)]
    [Parameter(ParameterSetName = ByPath)]
    public SwitchParameter ShowOutput { get; set; }

    /// <summary>Runs the lab's trace in place of its pipeline: Trace-PacketPath is then the only source of evidence, and must come to the same verdict.</summary>
    [Parameter(ParameterSetName = ByName)]
    [Parameter(ParameterSetName = ByPath)]
    public SwitchParameter Trace { get; set; }

    /// <summary>Removes the networks that -KeepOnFailure left standing.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Cleaning)]
    public SwitchParameter RemoveKept { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (LabPrivilege.Missing() is { } why)
        {
            var record = new ErrorRecord(new LabException(why, "Run PowerShell as root."), "LabNotPermitted", ErrorCategory.PermissionDenied, null)
            {
                ErrorDetails = new ErrorDetails($"{why} Run it as root: sudo pwsh.") { RecommendedAction = "Run PowerShell as root: sudo pwsh." },
            };
            ThrowTerminatingError(record);
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (RemoveKept)
        {
            foreach (var name in LabNetwork.RemoveKept())
            {
                WriteVerbose($"Removed the network namespace {name}.");
            }
        }

        foreach (var name in Name)
        {
            RunAll(name, LabSelector.Files(name), LabSelector.NotFound(name));
        }

        foreach (var path in Path)
        {
            RunAll(path, FilesOf(path), new ItemNotFoundException($"There is no file '{path}'."));
        }
    }

    private IEnumerable<string> FilesOf(string path)
    {
        try
        {
            return GetResolvedProviderPathFromPSPath(path, out _);
        }
        catch (ItemNotFoundException)
        {
            return [];
        }
    }

    private void RunAll(string asked, IEnumerable<string> files, Exception notFound)
    {
        var found = false;
        foreach (var file in files)
        {
            found = true;
            if (StopToken.IsCancellationRequested)
            {
                return;
            }

            RunOne(asked, file);
        }

        if (!found && !(ParameterSetName == ByName && WildcardPattern.ContainsWildcardCharacters(asked)))
        {
            WriteProblem(notFound, "LabNotFound", ErrorCategory.ObjectNotFound, asked, LabSelector.Advice);
        }
    }

    private void RunOne(string asked, string file)
    {
        var activity = System.IO.Path.GetFileNameWithoutExtension(file);
        try
        {
            var scenario = LabScenarioReader.ReadFile(file);
            activity = scenario.Name;
            if (Trace && scenario.Trace is null)
            {
                WriteVerbose($"{scenario.Name} has no trace: Trace-PacketPath alone cannot come to its verdict.");
                return;
            }

            var runner = new ScenarioRunner(_engine.Run)
            {
                KeepOnFailure = KeepOnFailure,
                Progress = step => WriteProgress(new ProgressRecord(0, $"Lab {activity}", step)),
            };
            Show(runner.Run(Trace ? scenario with { Pipeline = scenario.Trace! } : scenario, StopToken));
        }
        catch (LabFormatException e)
        {
            WriteProblem(e, "LabFormatInvalid", ErrorCategory.InvalidData, asked, "docs/labs.md and docs/lab.schema.json describe the format.");
        }
        catch (LabException e)
        {
            WriteProblem(e, "LabNotBuilt", ErrorCategory.ResourceUnavailable, asked, e.Advice);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            WriteProblem(e, "LabFileUnreadable", ErrorCategory.ReadError, asked);
        }
        catch (OperationCanceledException) when (StopToken.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
        finally
        {
            WriteProgress(new ProgressRecord(0, $"Lab {activity}", "done") { RecordType = ProgressRecordType.Completed });
        }
    }

    private void Show(PacketLabResult result)
    {
        if (ShowOutput)
        {
            _engine.Display(result.Output);
        }

        WriteObject(result);
        if (result.KeptNamespaces.Length > 0)
        {
            WriteWarning(
                $"The network of {result.Scenario} still stands: {string.Join(", ", result.KeptNamespaces)}. "
                + "Its built-in services end with this process. Remove it with Invoke-PacketLab -RemoveKept.");
        }
    }
}
