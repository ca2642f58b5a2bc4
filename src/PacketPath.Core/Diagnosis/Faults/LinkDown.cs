namespace PacketPath.Diagnosis.Faults;

/// <summary>The interface that leads to the target is administratively down.</summary>
public sealed class LinkDown : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Device;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains =>
        [nameof(RouteMissing), nameof(OutputFirewallDrop), nameof(NeighborWrongSubnet), nameof(NeighborUnresolved), nameof(PathSilentAfterHop), nameof(NoReply)];

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        var link = evidence.Interface is { AdminUp: false } egress && evidence.IsUnanswered && !evidence.SynSeen ? egress : null;
        var lost = LostPrefix(evidence);
        if (link is null && lost is null)
        {
            return null;
        }

        var alias = link?.InterfaceAlias ?? lost!.InterfaceAlias ?? "";
        link ??= evidence.OtherInterfaces.FirstOrDefault(i => i.InterfaceAlias == alias && !i.AdminUp);

        // Where another route carries the packet, that it fails there is only likely to be because of this link.
        var carriedElsewhere = lost is not null && evidence.Interface?.AdminUp != false && evidence.Route?.Outcome == RouteOutcome.Usable;
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = !carriedElsewhere ? Confidence.Proven : evidence.Probe is null ? Confidence.Possible : Confidence.Probable,
            ContributesOnly = carriedElsewhere && evidence.Probe is null,
            Summary = $"Interface {alias}{Purpose(evidence, lost)} is administratively down.",
            Subject = (object?)link ?? lost,
            Evidence =
            [
                link is null ? null : Observations.Link(link),
                lost is null ? null : Observations.Supports(
                    $"{lost.DestinationPrefix} belongs to an address on {alias} and is out of the table while {alias} is down",
                    Observations.RouteSource,
                    evidence.Route!.ObservedAt),
                Observations.Route(evidence),
                evidence.Probe is null ? null : Observations.Socket(evidence),
            ],
            Proves = $"{alias} is switched off by configuration (IFF_UP is not set), so nothing can leave by it.",
            DoesNotProve = "That the cable, the switch or the target are in order once it is up.",
            NextSteps =
            [
                commands.Interface(alias),
                commands.Ip($"-d link show dev {Commands.Quote(alias)}"),
                .. evidence.IsHostOnly ? Array.Empty<string>() : [commands.ProbeAndResolve()],
            ],
        };
    }

    private static RouteAlternative? LostPrefix(EvidenceSet evidence) =>
        evidence.IsUnanswered || evidence.RemoteReports.Any()
            ? evidence.Route?.Alternatives.FirstOrDefault(a => a.Reason == AlternativeReason.InterfaceDown && a.InterfaceAlias is not null)
            : null;

    private static string Purpose(EvidenceSet evidence, RouteAlternative? lost) =>
        lost is not null ? $", whose prefix {lost.DestinationPrefix} covers {evidence.RemoteAddress},"
        : evidence.IsHostOnly ? ""
        : $", which leads to {evidence.RemoteAddress},";
}
