using System.Net;

namespace PacketPath.HostState;

/// <summary>Which sockets are asked for. What the kernel can filter, it does.</summary>
public sealed record SocketQuery
{
    /// <summary>The kinds; empty for all.</summary>
    public IReadOnlyList<SocketKind> Kinds { get; init; } = [];

    /// <summary>The family; null for both.</summary>
    public AddressFamily? Family { get; init; }

    /// <summary>The states; empty for all but Bound.</summary>
    public IReadOnlyList<SocketState> States { get; init; } = [];

    /// <summary>Prefixes of the local address; empty for any. IPv4 prefixes also cover mapped addresses.</summary>
    public IReadOnlyList<(IPAddress Address, int Length)> LocalAddresses { get; init; } = [];

    /// <summary>Prefixes of the remote address; empty for any.</summary>
    public IReadOnlyList<(IPAddress Address, int Length)> RemoteAddresses { get; init; } = [];

    /// <summary>The local ports; empty for any.</summary>
    public IReadOnlyList<int> LocalPorts { get; init; } = [];

    /// <summary>The remote ports; empty for any.</summary>
    public IReadOnlyList<int> RemotePorts { get; init; } = [];

    /// <summary>The interfaces the sockets are bound to; empty for any or none.</summary>
    public IReadOnlyList<int> InterfaceIndexes { get; init; } = [];

    /// <summary>The processes that hold the sockets; null for any. Give none of it and <see cref="WithoutProcesses"/> together.</summary>
    public IReadOnlyList<(int Id, string Name)>? Processes { get; init; }

    /// <summary>True where the owning processes are not to be looked for.</summary>
    public bool WithoutProcesses { get; init; }
}
