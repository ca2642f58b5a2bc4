using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PacketPath.HostState;
using PacketPath.Interop;
using PacketPath.Netlink;

namespace PacketPath.Binding;

/// <summary>Completes the addresses of neighbors that the tables hold, of the namespace that -NetNamespace names.</summary>
public sealed class NeighborAddressCompleter : IArgumentCompleter
{
    private const int Most = 500;

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        try
        {
            using var networkNamespace = NetworkNamespace.Open(fakeBoundParameters["NetNamespace"]?.ToString());
            using var table = NeighborTable.Open(networkNamespace);
            var neighbors = table.List(null, 0, resolvedOnly: true, CancellationToken.None).Select(static entry => (entry.IPAddress, ToolTip(entry)));
            return CompletionText.Match(wordToComplete, neighbors).DistinctBy(static result => result.ListItemText).Take(Most).ToList();
        }
        catch (Exception exception) when (exception is NetNamespaceException or LinuxException or NetlinkDecodeException)
        {
            // A completion has no place for an error.
            return [];
        }
    }

    private static string ToolTip(NeighborEntry entry) => $"{entry.InterfaceAlias}: {entry.LinkLayerAddress ?? "no link-layer address"}, {entry.State}";
}
