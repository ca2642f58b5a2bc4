using System.Net;
using PacketPath.HostState;

namespace PacketPath.Probes;

/// <summary>What every application probe is told: where from, how long, how many at once.</summary>
public abstract record ApplicationProbeOptions
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

    /// <summary>How long to wait for each answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How many targets are probed at once.</summary>
    public int ThrottleLimit { get; init; } = 64;

    /// <summary>True to watch the wire beside the TCP attempt.</summary>
    public bool Capture { get; init; } = true;
}
