using System.Management.Automation;
using PacketPath.Binding;
using PacketPath.Labs;

namespace PacketPath.Commands;

/// <summary>Lists the lab scenarios, and what each one teaches.</summary>
[Cmdlet(VerbsCommon.Get, "PacketLab")]
[OutputType(typeof(PacketLabInfo))]
public sealed class GetPacketLabCommand : PacketPathCmdlet
{
    /// <summary>The labs to list, by name; wildcards are welcome. Default: all of them.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(LabNameCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var name in Name)
        {
            var found = false;
            foreach (var file in LabSelector.Files(name))
            {
                StopToken.ThrowIfCancellationRequested();
                found = true;
                WriteObject(ScenarioLibrary.Describe(LabScenarioReader.ReadFile(file)));
            }

            if (!found && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                WriteProblem(LabSelector.NotFound(name), "LabNotFound", ErrorCategory.ObjectNotFound, name, LabSelector.Advice);
            }
        }
    }
}
