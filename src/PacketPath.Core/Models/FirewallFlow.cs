namespace PacketPath;

/// <summary>A flow to try on firewall rules: what is known of its packets. What is null is not known.</summary>
public sealed record FirewallFlow
{
    /// <summary>Which way it crosses this host.</summary>
    public FlowDirection Direction { get; init; }

    /// <summary>The destination address.</summary>
    public string? Destination { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The source address.</summary>
    public string? Source { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The transport protocol; Any where it is not known.</summary>
    public TransportProtocol Protocol { get; init; }

    /// <summary>The destination port.</summary>
    public int? DestinationPort { get; init; }

    /// <summary>The source port.</summary>
    public int? SourcePort { get; init; }

    /// <summary>The interface its packets come in by.</summary>
    public string? InputInterface { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The interface its packets go out by.</summary>
    public string? OutputInterface { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The packet mark.</summary>
    public long? Mark { get; init; }

    /// <summary>The user whose packets they are, where they start here.</summary>
    public long? Uid { get; init; }

    /// <summary>The state connection tracking gives the packet: new, established, related, untracked, invalid; null where it is not known.</summary>
    public string? ConntrackState { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The flow in one line.</summary>
    public override string ToString() =>
        $"{Direction} {Protocol} {Source ?? "any"}{(SourcePort is null ? "" : $" port {SourcePort}")} to {Destination ?? "any"}{(DestinationPort is null ? "" : $" port {DestinationPort}")}";
}

/// <summary>Which way a flow crosses a host.</summary>
public enum FlowDirection
{
    /// <summary>It starts here: output, postrouting, egress.</summary>
    Output,

    /// <summary>It ends here: ingress, prerouting, input.</summary>
    Input,

    /// <summary>It passes through: ingress, prerouting, forward, postrouting, egress.</summary>
    Forward,
}

/// <summary>Whether a flow meets a rule.</summary>
public enum FlowMatch
{
    /// <summary>Something it tests cannot be known: a counter of others, a time, a random number, an expression not decoded.</summary>
    Unknown,

    /// <summary>Every test holds.</summary>
    Matches,

    /// <summary>A test fails.</summary>
    CannotMatch,
}
