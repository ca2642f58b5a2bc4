namespace PacketPath.HostState;

/// <summary>Where and when a set of observations was made.</summary>
internal readonly struct ObservationStamp
{
    /// <summary>Stamps observations made now on this host.</summary>
    public ObservationStamp(string netNamespace)
    {
        ComputerName = Environment.MachineName;
        NetNamespace = netNamespace;
        ObservedAt = DateTime.UtcNow;
    }

    /// <summary>This host.</summary>
    public string ComputerName { get; }

    /// <summary>The namespace's label.</summary>
    public string NetNamespace { get; }

    /// <summary>Now, in UTC.</summary>
    public DateTime ObservedAt { get; }
}
