using PacketPath.Diagnosis;
using PacketPath.Tracing;

namespace PacketPath.Reporting;

/// <summary>What a report shows: one case for each target, worst first, and what belongs to no target.</summary>
internal sealed class ReportContent
{
    private readonly List<PacketTrace> _cases = [];
    private readonly List<PacketEvidence> _loose = [];
    private readonly List<PacketRecord> _packets = [];
    private readonly List<PacketFlowComparison> _flows = [];

    private ReportContent()
    {
    }

    /// <summary>The cases: what is broken, then what nobody can tell, then what is well.</summary>
    public IReadOnlyList<PacketTrace> Cases { get; private set; } = [];

    /// <summary>Evidence about hosts rather than targets.</summary>
    public IReadOnlyList<PacketEvidence> HostState { get; private set; } = [];

    /// <summary>Flows as several captures saw them.</summary>
    public IReadOnlyList<PacketFlowComparison> Flows => _flows;

    /// <summary>Captured packets of no target of the report.</summary>
    public IReadOnlyList<PacketRecord> OtherPackets { get; private set; } = [];

    /// <summary>Sorts objects into cases.</summary>
    public static ReportContent Of(IEnumerable<object> items)
    {
        var content = new ReportContent();
        foreach (var item in items)
        {
            content.Add(item);
        }

        content.Judge();
        content.Finish();
        return content;
    }

    private void Add(object item)
    {
        switch (item)
        {
            case PacketTrace trace:
                _cases.Add(trace);
                break;
            case PacketFailure verdict:
                AddVerdict(verdict);
                break;
            case PacketFlowComparison flow:
                _flows.Add(flow);
                break;
            case PacketRecord packet:
                _packets.Add(packet);
                break;
            case PacketEvidence evidence:
                _loose.Add(evidence);
                break;
        }
    }

    // A verdict on what was traced already is that trace's own; one that contributes follows its primary.
    private void AddVerdict(PacketFailure verdict)
    {
        var at = _cases.FindLastIndex(c => IsSame(c, verdict));
        if (at < 0)
        {
            _cases.Add(CaseOf(verdict));
        }
        else if (!verdict.IsPrimary && !_cases[at].Contributing.Any(c => c.FaultId == verdict.FaultId))
        {
            _cases[at] = _cases[at] with { Contributing = [.. _cases[at].Contributing, verdict] };
        }
        else if (verdict.IsPrimary && _cases[at].Verdict.FaultId != verdict.FaultId)
        {
            _cases.Add(CaseOf(verdict));
        }
    }

    private static PacketTrace CaseOf(PacketFailure verdict)
    {
        var isName = verdict.RemoteAddress.Length == 0 && verdict.TargetName.Length > 0;
        var layers = Enumerable.Range(0, (int)PathLayer.SocketQueue + 1).Select(static i => (PathLayer)i)
            .Concat(verdict.RuledOut.Select(static c => c.Layer)).Append(verdict.Layer).Distinct().Order();
        return new PacketTrace
        {
            ComputerName = verdict.ComputerName,
            NetNamespace = verdict.NetNamespace,
            ObservedAt = verdict.ObservedAt,
            RemoteAddress = verdict.RemoteAddress,
            RemotePort = verdict.RemotePort,
            Protocol = verdict.Protocol,
            LocalAddress = verdict.LocalAddress,
            Evidence = verdict.Subject is PacketEvidence subject ? [subject] : [],
            Verdict = verdict,
            NotObserved = verdict.NotObserved,
            TargetName = verdict.TargetName,
            Stages = new StageBuilder(verdict, isName ? PathLayer.Name : verdict.Layer, verdict.RuledOut.DistinctBy(static c => c.Layer), new EvidencePaths([])) { IsNameOnly = isName }.Stages(layers),
        };
    }

    // Evidence that came without a verdict gets one here, as Resolve-PacketFailure would give it.
    private void Judge()
    {
        var given = _cases.Select(KeyOf).ToHashSet();
        foreach (var set in Resolver.Sets(_loose.Concat(_packets)).Where(s => !given.Contains(s.Key)).ToArray())
        {
            if (set.IsHostOnly && (given.Count > 0 || _cases.Count > 0))
            {
                continue;
            }

            // The verdict on an application may bear another protocol than the attempt beneath it.
            var verdicts = Resolver.Judge(set).ToArray();
            if (_cases.Exists(c => KeyOf(c) with { Protocol = set.Key.Protocol } == set.Key && c.Verdict.FaultId == verdicts[0].FaultId))
            {
                continue;
            }

            var cleared = verdicts[0] with { RuledOut = [.. new LayerCoverage(set).Cleared] };
            _cases.Add(CaseOf(cleared) with { Verdict = verdicts[0], Contributing = verdicts[1..], TargetName = set.TargetName });
        }
    }

    private void Finish()
    {
        var evidence = new List<object>[_cases.Count];
        var byAddress = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (var i = 0; i < _cases.Count; i++)
        {
            evidence[i] = [.. _cases[i].Evidence];
            var address = TargetKey.Canonical(_cases[i].RemoteAddress);
            (byAddress.TryGetValue(address, out var known) ? known : byAddress[address] = []).Add(i);
        }

        IEnumerable<int> At(string? address, Func<PacketTrace, bool> fits) =>
            address is not null && byAddress.TryGetValue(TargetKey.Canonical(address), out var found) ? found.Where(i => fits(_cases[i])) : [];

        var host = new List<PacketEvidence>();
        foreach (var item in _loose)
        {
            var owners = item is DestinationEvidence target
                ? At(target.RemoteAddress, c => TargetKey.PlaceOf(c) == TargetKey.PlaceOf(target) && (target.RemotePort == 0 || c.RemotePort == 0 || c.RemotePort == target.RemotePort)).ToArray()
                : [];
            foreach (var owner in owners)
            {
                Add(evidence[owner], item);
            }

            if (owners.Length == 0)
            {
                host.Add(item);
            }
        }

        var others = new List<PacketRecord>();
        foreach (var packet in _packets)
        {
            var owners = At(packet.DestinationAddress, c => Fits(c, packet.DestinationPort)).Concat(At(packet.SourceAddress, c => Fits(c, packet.SourcePort)))
                .Concat(At(packet.Quoted?.DestinationAddress, c => Fits(c, packet.Quoted!.DestinationPort))).Distinct().ToArray();
            foreach (var owner in owners)
            {
                evidence[owner].Add(packet);
            }

            if (owners.Length == 0)
            {
                others.Add(packet);
            }
        }

        Cases = [.. _cases.Select((c, i) => c with { Evidence = [.. evidence[i]] }).OrderBy(static c => Severity(c.Verdict.FaultId))];
        HostState = host;
        OtherPackets = others;
    }

    // The subject of a verdict may come once more as evidence of its own.
    private static void Add(List<object> evidence, PacketEvidence item)
    {
        if (!evidence.OfType<PacketEvidence>().Any(e => e.GetType() == item.GetType() && e.ObservedAt == item.ObservedAt && e.ToString() == item.ToString()))
        {
            evidence.Add(item);
        }
    }

    private static bool Fits(PacketTrace trace, int port) => trace.RemotePort == 0 || port == 0 || trace.RemotePort == port;

    private static TargetKey KeyOf(PacketTrace trace) => TargetKey.Of(trace);

    private static bool IsSame(PacketTrace trace, PacketFailure verdict) => TargetKey.Of(trace) == TargetKey.Of(verdict);

    private static int Severity(string faultId) => faultId switch { "NoFault" => 2, "Indeterminate" => 1, _ => 0 };
}
