using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PacketPath.HostState;
using PacketPath.Interop;
using PacketPath.Netlink;

namespace PacketPath.Binding;

/// <summary>Completes the addresses of this host, of the namespace that -NetNamespace and the interface that -InterfaceAlias names.</summary>
public sealed class SourceAddressCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        try
        {
            using var networkNamespace = NetworkNamespace.Open(fakeBoundParameters["NetNamespace"]?.ToString());
            using var names = InterfaceNames.Open(networkNamespace);
            using var table = InterfaceTable.Open(networkNamespace);
            var only = fakeBoundParameters["InterfaceAlias"]?.ToString() is { Length: > 0 } alias ? names.Index(alias) : 0;
            var addresses = table.Addresses(only, CancellationToken.None)
                .Select(address => (address.Local, $"{address.Local}/{address.PrefixLength} on {names.Name(address.InterfaceIndex)}"));
            return CompletionText.Match(wordToComplete, addresses).ToList();
        }
        catch (Exception exception) when (exception is NetNamespaceException or LinuxException or NetlinkDecodeException)
        {
            // A completion has no place for an error.
            return [];
        }
    }
}
