namespace PacketPath;

/// <summary>How many of the ports the kernel may choose are taken, where it found none for a connection.</summary>
public sealed record LocalPortUse
{
    /// <summary>The first port of the range (net.ipv4.ip_local_port_range).</summary>
    public int FirstPort { get; init; }

    /// <summary>The last port of the range.</summary>
    public int LastPort { get; init; }

    /// <summary>Ports of the range that are reserved (net.ipv4.ip_local_reserved_ports).</summary>
    public int Reserved { get; init; }

    /// <summary>How many ports are left to choose from: the range without the reserved ones.</summary>
    public int Usable { get; init; }

    /// <summary>How many of those have a socket to the same peer already.</summary>
    public int InUse { get; init; }

    /// <summary>How many of the sockets that hold them are in TIME-WAIT.</summary>
    public int TimeWait { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => FormattableString.Invariant($"{InUse} of {Usable} ports of {FirstPort}-{LastPort} in use, {TimeWait} in TIME-WAIT");
}
