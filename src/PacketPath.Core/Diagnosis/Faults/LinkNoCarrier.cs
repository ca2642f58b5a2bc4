namespace PacketPath.Diagnosis.Faults;

/// <summary>The egress interface is up but has no carrier.</summary>
public sealed class LinkNoCarrier : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Device;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains =>
        [nameof(RouteShadowed), nameof(OutputFirewallDrop), nameof(NeighborWrongSubnet), nameof(NeighborUnresolved), nameof(PathSilentAfterHop), nameof(NoReply)];

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (!evidence.IsUnanswered || evidence.SynAck is not null)
        {
            return null;
        }

        var link = evidence.Interface is { } egress && EvidenceSet.LacksCarrier(egress) ? egress : null;
        var flagged = evidence.Interface is null && evidence.Route is { Outcome: RouteOutcome.Usable } route
            && route.NextHopFlags.Contains("LinkDown", StringComparer.OrdinalIgnoreCase);
        if (link is null && !flagged)
        {
            return null;
        }

        var alias = evidence.InterfaceAlias;
        var working = evidence.Probe?.AlternativeAttempts.FirstOrDefault(a => a.Outcome is SynOutcome.Open or SynOutcome.Refused);
        var purpose = evidence.IsHostOnly ? "" : $", which leads to {evidence.RemoteAddress},";
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = link is null ? Confidence.Probable : Confidence.Proven,
            Summary = $"Interface {alias}{purpose} has no carrier: nothing is connected at the other end, or its partner is down.",
            Subject = (object?)link ?? evidence.Route,
            Evidence =
            [
                link is null ? null : Observations.Link(link),
                flagged ? Observations.Supports($"the next hop carries the flag LinkDown on {alias}", Observations.RouteSource, evidence.Route!.ObservedAt) : null,
                Observations.Route(evidence),
                evidence.Probe is null ? null : Observations.Socket(evidence),
                Observations.Syns(evidence),
                working is null ? null : Observations.Attempt(evidence, working),
            ],
            Proves = $"The kernel reports no carrier on {alias}; frames sent there reach nobody.",
            DoesNotProve = "Which end is at fault (cable, transceiver, switch port, virtual peer), nor that the target answers once the link is back.",
            NextSteps =
            [
                commands.Interface(alias),
                commands.Run($"ethtool {Commands.Quote(alias.Length == 0 ? "lo" : alias)}"),
                .. working is null ? Array.Empty<string>() : [commands.ProbeThrough(working.InterfaceAlias)],
                .. evidence.IsHostOnly ? Array.Empty<string>() : [commands.ProbeAndResolve()],
            ],
        };
    }
}
