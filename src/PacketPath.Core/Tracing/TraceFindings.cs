using System.Diagnostics;

namespace PacketPath.Tracing;

/// <summary>What one trace has gathered so far. Several readers may add at once.</summary>
internal sealed class TraceFindings
{
    private readonly object _lock = new();
    private readonly List<PacketEvidence> _evidence = [];
    private readonly List<MissingObservation> _missing = [];
    private readonly DestinationEvidence _first;

    /// <summary>Begins with the attempt on the target.</summary>
    public TraceFindings(SynPathResult probe)
    {
        _first = probe;
        _evidence.Add(probe);
    }

    /// <summary>Begins with the search for a name that has no address.</summary>
    public TraceFindings(TraceTarget target, NameFound found)
    {
        Add(target, found);
        _first = (DestinationEvidence)_evidence[0];
    }

    /// <summary>Adds evidence; the same object counts once.</summary>
    public void Add(params ReadOnlySpan<PacketEvidence> evidence)
    {
        lock (_lock)
        {
            foreach (var item in evidence)
            {
                if (!_evidence.Exists(known => ReferenceEquals(known, item)))
                {
                    _evidence.Add(item);
                }
            }
        }
    }

    /// <summary>Adds what the firewall was before and after.</summary>
    public void Add(params ReadOnlySpan<FirewallSnapshot> readings)
    {
        foreach (var reading in readings)
        {
            Add([.. reading.Hooks]);
            foreach (var missing in reading.Missing)
            {
                Miss(missing);
            }
        }
    }

    /// <summary>Adds what a search for the target's name found.</summary>
    public void Add(TraceTarget target, NameFound found)
    {
        Add([.. found.EvidenceFor(target)]);
        foreach (var missing in found.Missing)
        {
            Miss(missing);
        }
    }

    /// <summary>Notes what could not be looked at.</summary>
    public void Miss(MissingObservation missing)
    {
        lock (_lock)
        {
            _missing.Add(missing);
        }
    }

    /// <summary>The trace.</summary>
    public PacketTrace Trace(TraceTarget target, long begun, IEnumerable<PathLayer> asked)
    {
        var probe = _first as SynPathResult;
        var trace = TraceBuilder.Build(new PacketTrace
        {
            ComputerName = _first.ComputerName,
            NetNamespace = _first.NetNamespace,
            ObservedAt = _first.ObservedAt,
            TargetName = target.Name,
            RemoteAddress = _first.RemoteAddress,
            RemotePort = _first.RemotePort,
            Protocol = _first.Protocol,
            LocalAddress = probe?.LocalAddress,
            LocalPort = probe?.LocalPort ?? 0,
            Evidence = [.. _evidence],
            NotObserved = [.. _missing],
        }, asked);
        return trace with { DurationMilliseconds = Math.Round(Stopwatch.GetElapsedTime(begun).TotalMilliseconds, 3) };
    }
}
