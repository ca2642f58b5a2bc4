namespace PacketPath.Diagnosis.Faults;

/// <summary>The neighbor table of this kernel had no room for the next hop's entry.</summary>
public sealed class NeighborTableFull : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Neighbor;

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (!IsFull(evidence))
        {
            return null;
        }

        var probe = evidence.Probe!;
        var table = evidence.FullNeighborTable!;
        var thresholds = $"net.{(evidence.IsIPv6 ? "ipv6" : "ipv4")}.neigh.default.gc_thresh3";
        var commands = new Commands(evidence);

        // Each SYN asks for the entry anew: fewer refusals than SYNs were, in part at least, somebody else's.
        var isAll = evidence.SynAbsent && evidence.NextHop == NextHopState.Absent && table.Delta >= (ulong)probe.Retransmits + 1;
        return new Finding
        {
            Confidence = isAll ? Confidence.Proven : Confidence.Probable,
            Summary = $"The {(evidence.IsIPv6 ? "Neighbor Discovery" : "ARP")} table ({table.Object}) of this kernel is full: there was no room for "
                + $"{Describe.Neighbor(evidence.NextHopAddress, evidence.InterfaceAlias)}, so the {evidence.Unit} to {evidence.Target} could not be sent.",
            Subject = (object?)evidence.Neighbor ?? table,
            Evidence =
            [
                Observations.Counter(table, probe.ObservedAt),
                evidence.NextHop == NextHopState.Absent ? Observations.Neighbor(evidence) : null,
                Observations.Syns(evidence),
                Observations.Socket(evidence),
                Observations.Link(evidence),
                Observations.Route(evidence),
            ],
            Proves = "While this attempt ran, the kernel refused new entries in the table that its next hop needs one in, and made none for it.",
            DoesNotProve = "Which traffic fills the table: every namespace of the kernel shares it, and the refusals counted may be another's. "
                + $"Nor that the output firewall would have let the {evidence.Unit} pass.",
            NextSteps =
            [
                $"sysctl {thresholds}",
                "Get-NeighborEntry | Group-Object InterfaceAlias, State -NoElement",
                commands.ProbeAndResolve(),
            ],
        };
    }

    /// <summary>True where the next hop has no entry, and the table refused new ones during the attempt.</summary>
    internal static bool IsFull(EvidenceSet evidence) =>
        evidence is { IsSilent: true, IsUnanswered: true, SynSeen: false, FullNeighborTable: not null, NextHop: NextHopState.Absent or NextHopState.Unknown }
        && evidence.LinkIsUsable != false && evidence.Route is null or { Outcome: RouteOutcome.Usable };
}
