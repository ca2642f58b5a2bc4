using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace PacketPath.Binding;

/// <summary>Completes a server name with the targets already written that are names, not addresses.</summary>
public sealed class TargetHostCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var targets = LanguagePrimitives.TryConvertTo(fakeBoundParameters["TargetName"], out string[]? written) ? written ?? [] : [];
        return CompletionText.Match(
            wordToComplete,
            targets.Where(static t => t.Any(char.IsAsciiLetter) && !t.Contains(':')).Distinct().Select(static t => (t, $"The target {t}")));
    }
}
