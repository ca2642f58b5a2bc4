namespace PacketPath.Diagnosis;

/// <summary>What was read in another namespace or on another host than the attempt was made from: the target, or a router on the way.</summary>
internal sealed class FarHost
{
    /// <summary>Where it was read.</summary>
    public required (string ComputerName, string NetNamespace) Place { get; init; }

    /// <summary>What was read there, whatever the flow.</summary>
    public HostTables Tables { get; init; } = new(0);

    /// <summary>Lookups there of the flow's first packet as one that comes in, newest first.</summary>
    public IReadOnlyList<PacketRoute> There { get; init; } = [];

    /// <summary>Lookups there of the answer, newest first.</summary>
    public IReadOnlyList<PacketRoute> Back { get; init; } = [];

    /// <summary>The loss counters there that moved during an attempt.</summary>
    public IEnumerable<CounterChange> ChangesDuring(SynPathResult probe) => CounterWindow.Between(Tables.Counters, probe);

    /// <summary>The newest reading of the interface that has an address; null where none there has it.</summary>
    public PacketInterface? Holder(string? address)
    {
        var canonical = TargetKey.Canonical(address);
        return canonical.Length == 0 ? null : EvidenceGrouping.NewestFirst(Tables.Interfaces)
            .FirstOrDefault(link => link.Addresses.Any(own => TargetKey.Canonical(own.IPAddress) == canonical));
    }
}
