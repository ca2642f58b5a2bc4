namespace PacketPath.HostState;

/// <summary>The entries of connection tracking cannot be read, neither by netlink nor as text.</summary>
public sealed class ConntrackUnreadableException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="missing">What is missing, why, and the remedy.</param>
    public ConntrackUnreadableException(MissingObservation missing)
        : base(missing is null ? "" : $"{char.ToUpperInvariant(missing.What[0])}{missing.What[1..]} cannot be read: {missing.Why}.") => Remedy = missing?.Remedy ?? "";

    /// <summary>What makes them readable.</summary>
    public string Remedy { get; }
}
