using System.Management.Automation;
using PacketPath.Binding;
using PacketPath.Labs;

namespace PacketPath.Commands;

/// <summary>Lists the lab scenarios and what each one teaches, or the study cards: questions and answers, each with the lab that shows it.</summary>
[Cmdlet(VerbsCommon.Get, "PacketLab", DefaultParameterSetName = LabSet)]
[OutputType(typeof(PacketLabInfo), ParameterSetName = [LabSet])]
[OutputType(typeof(StudyCard), ParameterSetName = [CardSet])]
public sealed class GetPacketLabCommand : PacketPathCmdlet
{
    private const string LabSet = "Lab";
    private const string CardSet = "StudyCard";

    /// <summary>The labs to list, by name; wildcards are welcome. With -StudyCard: the labs whose cards to list. Default: all of them.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Lab")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(LabNameCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Lists the study cards instead: a question about the path of a packet, the answer, and the lab that shows it.</summary>
    [Parameter(Mandatory = true, ParameterSetName = CardSet)]
    public SwitchParameter StudyCard { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var name in Name)
        {
            var found = StudyCard ? WriteCards(name) : WriteLabs(name);
            if (!found && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                ReportMissing(name);
            }
        }
    }

    private bool WriteLabs(string name)
    {
        var found = false;
        foreach (var file in LabSelector.Files(name))
        {
            StopToken.ThrowIfCancellationRequested();
            found = true;
            WriteObject(ScenarioLibrary.Describe(LabScenarioReader.ReadFile(file)));
        }

        return found;
    }

    private bool WriteCards(string name)
    {
        var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
        var cards = StudyCards.All.Where(card => pattern.IsMatch(card.Lab)).ToArray();
        WriteObject(cards, enumerateCollection: true);
        return cards.Length > 0;
    }

    private void ReportMissing(string name)
    {
        if (StudyCard && LabSelector.Files(name).Any())
        {
            WriteProblem(new ItemNotFoundException($"There is no study card about the lab '{name}'."), "StudyCardNotFound", ErrorCategory.ObjectNotFound, name, "Get-PacketLab -StudyCard lists every card; Get-PacketLab tells what the lab itself teaches.");
        }
        else
        {
            WriteProblem(LabSelector.NotFound(name), "LabNotFound", ErrorCategory.ObjectNotFound, name, LabSelector.Advice);
        }
    }
}
