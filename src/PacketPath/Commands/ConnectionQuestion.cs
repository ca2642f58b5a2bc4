using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using System.Net;
using PacketPath.Binding;
using PacketPath.HostState;
using PacketPath.Tracing;

namespace PacketPath.Commands;

/// <summary>The sockets piped into Trace-PacketPath: those of one namespace are watched together.</summary>
internal sealed class ConnectionQuestion
{
    private readonly List<(string? Place, SocketEntry Socket)> _connections = [];

    /// <summary>The namespaces they are of.</summary>
    public IEnumerable<string?> Places => _connections.Select(static c => c.Place).Distinct().ToArray();

    /// <summary>Takes one.</summary>
    public void Add(string? place, SocketEntry connection) => _connections.Add((place, connection));

    /// <summary>Traces those of a namespace.</summary>
    public void Answer(string? place, CancellationToken stop, Action<PacketTrace> write)
    {
        using var there = NetworkNamespace.Open(place);
        using var tracer = new ConnectionTracer(there, stop);
        foreach (var trace in tracer.Trace([.. _connections.Where(c => c.Place == place).Select(static c => c.Socket)]))
        {
            write(trace);
        }
    }

    /// <summary>True for a socket that takes datagrams: it can be watched, and leads nowhere.</summary>
    public static bool IsReceiver(SocketEntry socket) => socket is { Kind: SocketKind.Datagram, LocalPort: > 0, State: SocketState.Unconnected or SocketState.Established };

    /// <summary>What a connection leads to; a socket that is none is reported.</summary>
    public static bool TryTarget(SocketEntry connection, PacketPathCmdlet cmdlet, [NotNullWhen(true)] out TraceTarget? target)
    {
        target = null;
        if (connection is not { Kind: SocketKind.Stream, RemotePort: > 0 } || connection.State is SocketState.Listen or SocketState.Absent
            || !IPAddress.TryParse(connection.RemoteAddress, out var address))
        {
            cmdlet.WriteProblem(
                new ArgumentException($"{connection} is no connection."), "NotAConnection", ErrorCategory.InvalidArgument, connection, "Pipe TCP connections, or sockets that take datagrams: Get-SocketEntry -State SynSent, Established; Get-SocketEntry -Protocol Udp.");
            return false;
        }

        target = new TraceTarget(connection.RemoteAddress, address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, connection.RemotePort);
        return true;
    }
}
