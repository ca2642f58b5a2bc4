using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PacketPath.HostState;
using PacketPath.Interop;
using PacketPath.Netlink;
using PacketPath.Netlink.Link;

namespace PacketPath.Binding;

/// <summary>Completes interface names, of the namespace that -NetNamespace names.</summary>
public sealed class InterfaceAliasCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        try
        {
            using var networkNamespace = NetworkNamespace.Open(fakeBoundParameters["NetNamespace"]?.ToString());
            using var table = InterfaceTable.Open(networkNamespace);
            var links = table.Links(statistics: false, CancellationToken.None);
            return CompletionText.Match(wordToComplete, links.Select(static link => (link.Name, ToolTip(link)))).ToList();
        }
        catch (Exception exception) when (exception is NetNamespaceException or LinuxException or NetlinkDecodeException)
        {
            // A completion has no place for an error.
            return [];
        }
    }

    private static string ToolTip(LinkMessage link) =>
        $"{link.Index}: {link.Kind ?? LinkType.Name(link.Type)}, {((link.Flags & LinkFlag.Up) != 0 ? "up" : "down")}, {link.Address ?? "no link-layer address"}";
}
