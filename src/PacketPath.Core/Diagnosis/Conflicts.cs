using System.Globalization;

namespace PacketPath.Diagnosis;

/// <summary>Finds observations that say otherwise than the newest of their kind: they lower confidence and are listed against the verdict.</summary>
internal static class Conflicts
{
    private const int MostOfAKind = 3;

    public static FailureEvidence[] Of(EvidenceSet evidence) =>
    [
        .. OfProbes(evidence).Take(MostOfAKind),
        .. OfRoutes(evidence).Take(MostOfAKind),
        .. OfNeighbors(evidence).Take(MostOfAKind),
        .. OfLinks(evidence).Take(MostOfAKind),
    ];

    private static IEnumerable<FailureEvidence> OfProbes(EvidenceSet evidence)
    {
        var counts = evidence.Probe;
        return evidence.Probes
            .Where(static p => p.RequestedUid is null || p.RequestedUid == p.Uid)
            .Where(p => !ReferenceEquals(p, counts) && (counts is null || (p.Outcome != counts.Outcome && (p.Mark, p.RequestedUid) == (counts.Mark, counts.RequestedUid))))
            .DistinctBy(p => (p.Outcome, p.InterfaceAlias))
            .Select(p => Observations.Refutes(
                $"the attempt at {At(p)}{(p.InterfaceAlias is null ? "" : " on " + p.InterfaceAlias)} ended as {p.Outcome}",
                Observations.SocketSource,
                p.ObservedAt));
    }

    private static IEnumerable<FailureEvidence> OfRoutes(EvidenceSet evidence)
    {
        static object Signature(PacketRoute r) => (r.Outcome, r.DestinationPrefix, r.NextHop, r.InterfaceAlias);
        return evidence.Route is not { } counts ? [] : evidence.Routes
            .Where(r => !Signature(r).Equals(Signature(counts)))
            .DistinctBy(Signature)
            .Select(r => Observations.Refutes(
                $"the lookup at {At(r)} said otherwise: {r.Outcome}, {Describe.Route(r)}",
                Observations.RouteSource,
                r.ObservedAt));
    }

    private static IEnumerable<FailureEvidence> OfNeighbors(EvidenceSet evidence)
    {
        static bool? Answers(NeighborEntry n) => n.State switch
        {
            NeighborState.Reachable => true,
            NeighborState.Unreachable or NeighborState.Incomplete => false,
            _ => null,
        };
        return evidence.Neighbor is not { } counts || Answers(counts) is not { } answers ? [] : evidence.Neighbors
            .Where(n => Answers(n) is { } other && other != answers)
            .DistinctBy(n => n.State)
            .Select(n => Observations.Refutes(
                $"at {At(n)} the entry of {n.IPAddress} was {Describe.State(n)}", Observations.NeighborSource, n.ObservedAt));
    }

    private static IEnumerable<FailureEvidence> OfLinks(EvidenceSet evidence)
    {
        static object Signature(PacketInterface i) => (i.AdminUp, EvidenceSet.LacksCarrier(i));
        return evidence.Interface is not { } counts ? [] : evidence.Interfaces
            .Where(i => !Signature(i).Equals(Signature(counts)))
            .DistinctBy(Signature)
            .Select(i => Observations.Link(i) with { Bearing = EvidenceBearing.Refutes });
    }

    private static string At(PacketEvidence evidence) =>
        evidence.ObservedAt.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture) + " UTC";
}
