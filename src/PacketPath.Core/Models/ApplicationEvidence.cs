namespace PacketPath;

/// <summary>What one application probe saw of one address and port, with the TCP attempt it stands on.</summary>
public abstract record ApplicationEvidence : DestinationEvidence
{
    /// <summary>The target as the user wrote it.</summary>
    public string TargetName { get; init; } = "";

    /// <summary>The TCP attempt beneath: made in the same call, on the same address and port; null where none was made.</summary>
    public SynPathResult? TcpPath { get; init; }

    /// <summary>The source address asked for (-SourceAddress); null where the kernel was to choose.</summary>
    public string? RequestedSourceAddress { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The interface asked for (-InterfaceAlias), to which the sockets were bound; null where the routes were to choose.</summary>
    public string? RequestedInterfaceAlias { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The network namespace asked for (-NetNamespace) as it was written; null where it was the process's own.</summary>
    public string? RequestedNetNamespace { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The firewall mark set on the sockets; 0 where none.</summary>
    public long Mark { get; init; }

    /// <summary>The timeout, in seconds.</summary>
    public double TimeoutSeconds { get; init; }

    /// <summary>Milliseconds from the start to the outcome, the TCP attempt included.</summary>
    public double ElapsedMilliseconds { get; init; }

    /// <summary>What could not be observed, why, and the remedy.</summary>
    public MissingObservation[] NotObserved { get; init; } = [];
}
