using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PacketPath.HostState;
using PacketPath.Interop;
using PacketPath.Targets;

namespace PacketPath.Binding;

/// <summary>Completes the name servers that resolv.conf lists, of the namespace that -NetNamespace names.</summary>
public sealed class DnsServerCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        try
        {
            using var networkNamespace = NetworkNamespace.Open(fakeBoundParameters["NetNamespace"]?.ToString());
            var file = ResolverFile.Of(networkNamespace);
            return CompletionText.Match(wordToComplete, file.Servers.Select(server => (server, file.Path))).ToList();
        }
        catch (Exception exception) when (exception is NetNamespaceException or LinuxException)
        {
            // A completion has no place for an error.
            return [];
        }
    }
}
