using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using PacketPath.HostState;
using PacketPath.Interop;
using PacketPath.Netlink;

namespace PacketPath.Binding;

/// <summary>Completes the processes that hold sockets of the namespace that -NetNamespace names: by name, or by id where a digit was typed.</summary>
public sealed class SocketProcessCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var byId = wordToComplete.Trim('\'', '"') is [>= '0' and <= '9', ..];
        try
        {
            using var networkNamespace = NetworkNamespace.Open(fakeBoundParameters["NetNamespace"]?.ToString());
            using var table = SocketTable.Open(networkNamespace);
            var owners = table.List(new SocketQuery()).SelectMany(static socket => socket.Owners).DistinctBy(static owner => owner.ProcessId).ToList();
            var names = byId
                ? owners.Select(static owner => (owner.ProcessId.ToString(CultureInfo.InvariantCulture), owner.ProcessName))
                : owners.GroupBy(static owner => owner.ProcessName).OrderBy(static group => group.Key).Select(static group => (group.Key, string.Join(", ", group.Select(static owner => owner.ProcessId))));
            return CompletionText.Match(wordToComplete, names).ToList();
        }
        catch (Exception exception) when (exception is NetNamespaceException or LinuxException or NetlinkDecodeException)
        {
            // A completion has no place for an error.
            return [];
        }
    }
}
