using System.Diagnostics;

namespace PacketPath.Tracing;

/// <summary>What one trace has gathered so far. Several readers may add at once.</summary>
internal sealed class TraceFindings(SynPathResult probe)
{
    private readonly object _lock = new();
    private readonly List<PacketEvidence> _evidence = [probe];
    private readonly List<MissingObservation> _missing = [];

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
        var trace = TraceBuilder.Build(new PacketTrace
        {
            ComputerName = probe.ComputerName,
            NetNamespace = probe.NetNamespace,
            ObservedAt = probe.ObservedAt,
            TargetName = target.Name,
            RemoteAddress = probe.RemoteAddress,
            RemotePort = probe.RemotePort,
            Protocol = probe.Protocol,
            LocalAddress = probe.LocalAddress,
            LocalPort = probe.LocalPort,
            Evidence = [.. _evidence],
            NotObserved = [.. _missing],
        }, asked);
        return trace with { DurationMilliseconds = Math.Round(Stopwatch.GetElapsedTime(begun).TotalMilliseconds, 3) };
    }
}
