namespace PacketPath;

/// <summary>One kernel counter of losses that moved while an attempt was made; beside a loss, what the same object carried meanwhile.</summary>
public sealed record CounterChange
{
    /// <summary>Where the counter lives: NeighborTable, Netstat, Qdisc, Interface, Conntrack, Softnet, Socket.</summary>
    public string Source { get; init; } = "";

    /// <summary>What it counts for, for example <c>eth0 tbf 8001:</c>, <c>arp_cache</c> or <c>TcpExt</c>; null where the source is one object.</summary>
    public string? Object { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The counter by the kernel's own name, for example <c>drops</c>, <c>table_fulls</c>, <c>ListenOverflows</c>.</summary>
    public string Counter { get; init; } = "";

    /// <summary>Its value before the attempt.</summary>
    public ulong Before { get; init; }

    /// <summary>Its value after the attempt.</summary>
    public ulong After { get; init; }

    /// <summary>How far it moved.</summary>
    public ulong Delta { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{(Object is null ? Source : Object)} {Counter} +{Delta}";
}
