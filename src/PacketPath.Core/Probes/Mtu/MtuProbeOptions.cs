using System.Net;
using PacketPath.HostState;

namespace PacketPath.Probes;

/// <summary>How a path MTU probe goes about it.</summary>
public sealed record MtuProbeOptions
{
    /// <summary>The namespace to probe from.</summary>
    public required NetworkNamespace Namespace { get; init; }

    /// <summary>How to probe.</summary>
    public MtuMethod Method { get; init; }

    /// <summary>The local address to bind to; null leaves the choice to the kernel.</summary>
    public IPAddress? SourceAddress { get; init; }

    /// <summary>The interface to bind to; null leaves the choice to the routes.</summary>
    public string? InterfaceAlias { get; init; }

    /// <summary>How long to wait for an answer while nothing has been heard from the target; later a few round trips are enough.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How many targets may be probed at once.</summary>
    public int ThrottleLimit { get; init; } = 64;

    /// <summary>The smallest size of interest; 0 for the protocol's own minimum.</summary>
    public int MinimumMtu { get; init; }

    /// <summary>The largest size of interest; 0 for the interface's MTU.</summary>
    public int MaximumMtu { get; init; }

    /// <summary>The highest TTL of the walk.</summary>
    public int MaxHops { get; init; } = 30;

    /// <summary>The most packets sent to one target in any one second.</summary>
    public int PacketsPerSecond { get; init; } = 64;

    /// <summary>The most packets sent to one target in all.</summary>
    public int PacketLimit { get; init; } = 200;

    /// <summary>True to watch ICMP on the wire beside the sockets.</summary>
    public bool Capture { get; init; } = true;
}

/// <summary>One destination of a path MTU probe.</summary>
/// <param name="Name">The target as the user wrote it.</param>
/// <param name="Address">The address.</param>
/// <param name="UdpPort">The port of the datagrams.</param>
/// <param name="TcpPort">The port of the connections.</param>
public sealed record MtuTarget(string Name, IPAddress Address, int UdpPort, int TcpPort);
