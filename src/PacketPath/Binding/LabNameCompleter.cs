using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PacketPath.Labs;

namespace PacketPath.Binding;

/// <summary>Completes the names of the shipped lab scenarios.</summary>
public sealed class LabNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var pattern = WildcardPattern.Get(wordToComplete.Trim('\'', '"') + "*", WildcardOptions.IgnoreCase);
        return ScenarioLibrary.Names().Where(pattern.IsMatch).Select(n => new CompletionResult(n));
    }
}
