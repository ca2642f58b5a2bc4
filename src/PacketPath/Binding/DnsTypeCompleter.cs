using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PacketPath.Probes;

namespace PacketPath.Binding;

/// <summary>Completes the types of DNS records.</summary>
public sealed class DnsTypeCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        CompletionText.Match(wordToComplete, DnsTypes.Askable.Select(static type => (type, type)));
}
