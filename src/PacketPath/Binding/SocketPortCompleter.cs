using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using PacketPath.HostState;
using PacketPath.Interop;
using PacketPath.Netlink;

namespace PacketPath.Binding;

/// <summary>Completes ports: the local ones that sockets listen on, the remote ones that sockets are connected to, of the namespace that -NetNamespace names.</summary>
public sealed class SocketPortCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var isLocal = parameterName.Equals("LocalPort", StringComparison.OrdinalIgnoreCase);
        try
        {
            using var networkNamespace = NetworkNamespace.Open(fakeBoundParameters["NetNamespace"]?.ToString());
            using var table = SocketTable.Open(networkNamespace);
            var query = new SocketQuery { WithoutProcesses = true, States = isLocal ? [SocketState.Listen, SocketState.Unconnected] : [SocketState.Established, SocketState.SynSent] };
            var ports = table.List(query).Select(socket => (Port: isLocal ? socket.LocalPort : socket.RemotePort, socket.Protocol)).Where(static s => s.Port != 0)
                .GroupBy(static s => s.Port)
                .OrderBy(static s => s.Key)
                .Select(static s => (s.Key.ToString(CultureInfo.InvariantCulture), string.Join(", ", s.Select(static p => p.Protocol).Distinct())));
            return CompletionText.Match(wordToComplete, ports).ToList();
        }
        catch (Exception exception) when (exception is NetNamespaceException or LinuxException or NetlinkDecodeException)
        {
            // A completion has no place for an error.
            return [];
        }
    }
}
