namespace PacketPath.Capture;

/// <summary>One place where packets were watched: an interface of a namespace of a host, or a capture file.</summary>
internal sealed class CapturePoint
{
    private const int MostAddresses = 65_536;
    private const string AllInterfaces = "any";

    private readonly HashSet<PacketAddress> _addresses = [];

    /// <summary>Its place in the order of appearance.</summary>
    public required int Index { get; init; }

    /// <summary>The host; empty where nobody knows.</summary>
    public required string ComputerName { get; init; }

    /// <summary>The namespace; empty likewise.</summary>
    public required string NetNamespace { get; init; }

    /// <summary>The interface; null where the capture does not say.</summary>
    public required string? InterfaceAlias { get; init; }

    /// <summary>What the user calls it, or the file; null for a live capture.</summary>
    public required string? Label { get; init; }

    /// <summary>The name it is shown by.</summary>
    public string Name { get; set; } = "";

    /// <summary>What the captures here say of themselves.</summary>
    public List<PacketCaptureSummary> Summaries { get; } = [];

    /// <summary>The time of the first packet seen here; long.MaxValue where none was.</summary>
    public long First { get; private set; } = long.MaxValue;

    /// <summary>The time of the last packet seen here; long.MinValue where none was.</summary>
    public long Last { get; private set; } = long.MinValue;

    /// <summary>True where two points read the same clock.</summary>
    public bool SharesClock(CapturePoint other) => ComputerName.Length > 0 && string.Equals(ComputerName, other.ComputerName, StringComparison.OrdinalIgnoreCase);

    /// <summary>True where packets from or to an address were seen here.</summary>
    public bool Knows(PacketAddress address) => _addresses.Contains(address);

    /// <summary>Takes note of a packet.</summary>
    public void Note(in FlowEnds key, long nanoseconds)
    {
        First = Math.Min(First, nanoseconds);
        Last = Math.Max(Last, nanoseconds);
        if (_addresses.Count < MostAddresses)
        {
            _addresses.Add(key.Low);
            _addresses.Add(key.High);
        }
    }

    /// <summary>True where a capture that calls itself by an interface, or by all of them, is of this point.</summary>
    public bool IsOf(PacketCaptureSummary summary) => summary.ReadPath is not null
        ? summary.ReadPath == Label
        : Label is null && ComputerName == summary.ComputerName && NetNamespace == summary.NetNamespace
            && (summary.InterfaceAlias == AllInterfaces || summary.InterfaceAlias == InterfaceAlias);

    /// <summary>Whether a capture here stood over a time and lost nothing.</summary>
    /// <param name="from">The time's beginning, in nanoseconds since 1970.</param>
    /// <param name="to">Its end.</param>
    public CaptureStatus StatusOver(long from, long to)
    {
        if (Summaries.Count == 0)
        {
            return CaptureStatus.Unavailable;
        }

        return Summaries.Exists(s => s.Lost == 0 && s.Failure is null && s.Direction == CaptureDirection.Both
            && Nanoseconds(s.StartedAt) <= from && Nanoseconds(s.EndedAt) >= to) ? CaptureStatus.Complete : CaptureStatus.Incomplete;
    }

    /// <summary>True where a packet of that time may have been missed because no capture stood here then.</summary>
    public bool MayHaveMissed(long time) => Summaries.Count > 0
        ? !Summaries.Exists(s => Nanoseconds(s.StartedAt) <= time && Nanoseconds(s.EndedAt) >= time)
        : time < First || time > Last;

    /// <summary>A time in nanoseconds since 1970; null where there is none.</summary>
    public static long? Nanoseconds(DateTime? time) => time is null ? null : (time.Value - DateTime.UnixEpoch).Ticks * 100;
}
