namespace PacketPath.Diagnosis;

/// <summary>What was read, on whatever host has the target's address, of the sockets that answer for it.</summary>
internal sealed class TargetSockets
{
    private readonly IReadOnlyList<SocketEntry> _readings;
    private readonly IReadOnlyList<CounterSnapshot> _counters;
    private readonly SynPathResult? _probe;

    /// <summary>Creates the view.</summary>
    /// <param name="readings">Every reading of a socket that bears on the target, newest first.</param>
    /// <param name="counters">The counters read where those sockets are.</param>
    /// <param name="probe">The attempt that counts; null where there is none.</param>
    public TargetSockets(IReadOnlyList<SocketEntry> readings, IReadOnlyList<CounterSnapshot> counters, SynPathResult? probe)
    {
        _readings = readings;
        _counters = counters;
        _probe = probe;
        var asked = readings.FirstOrDefault(static s => s.AskedAddress is not null);
        Absent = asked is { State: SocketState.Absent } ? asked : null;
        Listener = Absent is null ? readings.FirstOrDefault(static s => Takes(s) && s.AskedAddress is not null) : null;
        Elsewhere = Absent is null ? [] : [.. readings.Where(Takes).DistinctBy(static s => s.Cookie)];
    }

    // A socket of datagrams takes what comes without listening.
    private static bool Takes(SocketEntry socket) => socket.State == SocketState.Listen || (socket.Kind == SocketKind.Datagram && socket.State != SocketState.Absent);

    /// <summary>The readings of the socket that answers, newest first.</summary>
    public IReadOnlyList<SocketEntry> ReadingsOfListener => Listener is null ? [] : [.. _readings.Where(s => s.Cookie == Listener.Cookie && TargetKey.PlaceOf(s) == TargetKey.PlaceOf(Listener))];

    /// <summary>Nothing is known.</summary>
    public static TargetSockets None { get; } = new([], [], null);

    /// <summary>The statement that no socket answers for the target; null where none was made, or one does.</summary>
    public SocketEntry? Absent { get; }

    /// <summary>The listener that answers for the target; null where none is known.</summary>
    public SocketEntry? Listener { get; }

    /// <summary>Where none answers: the listeners of the port that are bound elsewhere.</summary>
    public IReadOnlyList<SocketEntry> Elsewhere { get; }

    /// <summary>The times of all readings.</summary>
    public IEnumerable<PacketEvidence> Readings => _readings;

    /// <summary>What the listener itself turned away during the attempt, by readings of it before and after.</summary>
    public CounterChange? ListenerDrops => _probe is null || Listener is null ? null
        : CounterWindow.Between(_readings.Where(s => s.Cookie == Listener.Cookie).SelectMany(CounterSnapshot.Of), _probe).FirstOrDefault(static c => c.Source == "Socket");

    /// <summary>A protocol counter of the listener's namespace that moved during the attempt; null where it did not, or nobody looked.</summary>
    public CounterChange? Moved(string counter) => _probe is null ? null
        : CounterWindow.All(Listener is null || IsProbesPlace(Listener) ? _probe : _probe with { CounterChanges = [] }, _counters).FirstOrDefault(c => c.Counter == counter);

    private bool IsProbesPlace(SocketEntry socket) => TargetKey.PlaceOf(socket) == TargetKey.PlaceOf(_probe!);
}
