namespace PacketPath.Diagnosis;

/// <summary>Tells which route lookups are about a flow that was probed elsewhere: its first packet on the way, or its answer.</summary>
internal sealed class FlowLookups
{
    private readonly HashSet<(string From, string To)> _there = [];
    private readonly HashSet<(string From, string To)> _back = [];
    private readonly HashSet<(string, string)> _places = [];

    /// <summary>Reads the flows of the attempts.</summary>
    public FlowLookups(IEnumerable<SynPathResult> probes)
    {
        foreach (var probe in probes.Where(static probe => probe.LocalAddress is not null))
        {
            var (from, to) = (TargetKey.Canonical(probe.LocalAddress), TargetKey.Canonical(probe.RemoteAddress));
            _there.Add((from, to));
            _back.Add((to, from));
            _places.Add(TargetKey.PlaceOf(probe));
        }
    }

    /// <summary>True where a lookup is about a flow's first packet as it passes or reaches another host.</summary>
    public bool IsThere(PacketRoute route) => route.InputInterface is not null && _there.Contains(Flow(route));

    /// <summary>True where a lookup is about a flow's answer: on the other host, or here as it comes in.</summary>
    public bool IsBack(PacketRoute route) =>
        _back.Contains(Flow(route)) && (route.InputInterface is not null || !_places.Contains(TargetKey.PlaceOf(route)));

    /// <summary>True where a lookup concerns this flow's first packet.</summary>
    public static bool IsThere(PacketRoute route, SynPathResult probe) => route.InputInterface is not null && Flow(route) == Flow(probe);

    /// <summary>True where a lookup concerns this flow's answer.</summary>
    public static bool IsBack(PacketRoute route, SynPathResult probe)
    {
        var (from, to) = Flow(probe);
        return Flow(route) == (to, from);
    }

    private static (string From, string To) Flow(PacketRoute route) => (TargetKey.Canonical(route.SourceAddress), TargetKey.Canonical(route.RemoteAddress));

    private static (string From, string To) Flow(SynPathResult probe) => (TargetKey.Canonical(probe.LocalAddress), TargetKey.Canonical(probe.RemoteAddress));
}
