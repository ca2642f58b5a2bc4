using System.Net;
using PacketPath.HostState;

namespace PacketPath.Probes;

/// <summary>How a probe goes about it.</summary>
public sealed record SynProbeOptions
{
    /// <summary>The namespace to probe from.</summary>
    public required NetworkNamespace Namespace { get; init; }

    /// <summary>The local address to bind to; null leaves the choice to the kernel.</summary>
    public IPAddress? SourceAddress { get; init; }

    /// <summary>The interface to bind to; null leaves the choice to the routes.</summary>
    public string? InterfaceAlias { get; init; }

    /// <summary>The firewall mark; 0 for none.</summary>
    public uint Mark { get; init; }

    /// <summary>The user whose sockets to open; null for the asking one's. Another's need CAP_SETUID.</summary>
    public uint? Uid { get; init; }

    /// <summary>How long to wait for an answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How many sockets may be open at once.</summary>
    public int ThrottleLimit { get; init; } = 1024;

    /// <summary>True to watch the wire beside the sockets.</summary>
    public bool Capture { get; init; } = true;

    /// <summary>What to send over UDP, where datagrams are probed; null for TCP.</summary>
    public DatagramQuestion? Datagram { get; init; }

    /// <summary>The targets heard by datagrams, where several probes of one call share what they hear; null where none does.</summary>
    internal HeardTargets? Heard { get; init; }

    /// <summary>True to walk the TTL where nothing answers, and to ask a refusing target for a control packet.</summary>
    public bool FindHop { get; init; }

    /// <summary>The highest TTL of the walk.</summary>
    public int MaxHops { get; init; } = 30;
}
