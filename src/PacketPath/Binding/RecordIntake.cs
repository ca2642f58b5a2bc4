using System.Management.Automation;
using PacketPath.Capture;

namespace PacketPath.Binding;

/// <summary>Takes packets and summaries of captures out of the pipeline, live or deserialized, into a store.</summary>
internal sealed class RecordIntake(FlowStore store)
{
    private readonly SeenPacketReader _reader = new();
    private readonly List<(PacketCaptureSummary Summary, string? Side)> _summaries = [];
    private readonly HashSet<CapturePoint> _reference = [];

    /// <summary>Takes one object; false where it is neither a packet nor a capture's summary.</summary>
    /// <param name="item">The object.</param>
    /// <param name="side">What its side is called where its place alone does not tell it from the reference; null for the reference and for a single stream.</param>
    /// <param name="problem">What is wrong with it.</param>
    public bool TryTake(PSObject? item, string? side, out string problem)
    {
        if (!EvidenceReader.TryRead(item, out var evidence, out problem))
        {
            return false;
        }

        switch (evidence)
        {
            case PacketRecord record:
                Take(record, side);
                return true;
            case PacketCaptureSummary summary:
                _summaries.Add((summary, side));
                return true;
            default:
                problem = $"A {evidence.GetType().Name} is no packet.";
                return false;
        }
    }

    /// <summary>Takes what a capture says of itself.</summary>
    public void Take(PacketCaptureSummary summary) => _summaries.Add((summary, null));

    /// <summary>Hands the summaries to their points. A capture that saw nothing is a point all the same, unless it watched all interfaces of a place that has some.</summary>
    public void AssignSummaries()
    {
        foreach (var (summary, side) in _summaries)
        {
            var points = store.Points.Where(p => side is not null && p.Label == side).ToArray();
            points = points.Length > 0 ? points : [.. store.Points.Where(p => p.IsOf(summary))];
            if (points.Length == 0)
            {
                points = [store.Point(summary.ComputerName, summary.NetNamespace, summary.ReadPath is null ? summary.InterfaceAlias : null, summary.ReadPath)];
            }

            foreach (var point in points)
            {
                point.Summaries.Add(summary);
            }
        }
    }

    private void Take(PacketRecord record, string? side)
    {
        if (!_reader.TryRead(record, out var key, out var seen))
        {
            return;
        }

        var point = store.Point(record);
        if (side is null)
        {
            _reference.Add(point);
        }
        else if (_reference.Contains(point))
        {
            point = store.Point(record, side);
        }

        store.Add(point, key, seen);
    }
}
