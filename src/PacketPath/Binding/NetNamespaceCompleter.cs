using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PacketPath.HostState;

namespace PacketPath.Binding;

/// <summary>Completes the names of network namespaces under /run/netns.</summary>
public sealed class NetNamespaceCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        CompletionText.Match(wordToComplete, NetworkNamespaceDirectory.Names().Select(static name => (name, $"{NetworkNamespaceDirectory.NamedPath}/{name}"))).ToList();
}
