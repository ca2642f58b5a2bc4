namespace PacketPath.HostState.Queues;

/// <summary>Which queues are wanted.</summary>
public sealed record QueueQuery
{
    /// <summary>The kinds; empty for every one.</summary>
    public QueueKind[] Kinds { get; init; } = [];

    /// <summary>Whether an interface is wanted, by its name or an alternative one.</summary>
    public Func<string, bool> Interface { get; init; } = static _ => true;

    /// <summary>True where only what belongs to an interface is wanted.</summary>
    public bool OnlyInterfaces { get; init; }

    internal bool Wants(QueueKind kind) => Kinds.Length == 0
        ? !OnlyInterfaces || kind is not (QueueKind.Softnet or QueueKind.Protocol)
        : Array.IndexOf(Kinds, kind) >= 0;

    internal bool WantsAny(params ReadOnlySpan<QueueKind> kinds)
    {
        foreach (var kind in kinds)
        {
            if (Wants(kind))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>One reading of the counters.</summary>
public sealed record QueueReading
{
    /// <summary>The rows, interface by interface, then processors, then protocols.</summary>
    public IReadOnlyList<QueueStats> Rows { get; init; } = [];

    /// <summary>The names of the interfaces there are, alternative ones included.</summary>
    public IReadOnlySet<string> InterfaceNames { get; init; } = new HashSet<string>();

    /// <summary>What could not be read.</summary>
    public IReadOnlyList<MissingObservation> Missing { get; init; } = [];

    /// <summary>True where a table changed under the reading again and again: rows may be missing or double.</summary>
    public bool Interrupted { get; init; }

    /// <summary>When the reading was made, in ticks of a clock that never goes back.</summary>
    internal long Clock { get; init; }
}
