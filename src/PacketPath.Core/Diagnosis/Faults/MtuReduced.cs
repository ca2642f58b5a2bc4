namespace PacketPath.Diagnosis.Faults;

/// <summary>The path carries less than the interface, and a router says so: what is too big is sent smaller. Nothing is broken.</summary>
public sealed class MtuReduced : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Path;

    internal override bool LooksBeyondReach => true;

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (evidence.Mtu is not { Outcome: MtuOutcome.Reduced, PathMtu: { } path } mtu)
        {
            return null;
        }

        var believed = mtu.PacketTooBig.Where(r => r is { Judgement: PacketTooBigJudgement.Believed, ReachedSocket: true }).MinBy(r => r.Mtu)
            ?? mtu.PacketTooBig.FirstOrDefault(r => r.ReachedSocket);
        var who = believed is null || believed.From.Length == 0 ? "A router" : believed.From;
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = Confidence.Proven,
            ContributesOnly = evidence.Probe is not null,
            Summary = Describe.Text($"The path to {evidence.RemoteAddress} carries packets of at most {path} bytes, less than the {mtu.InterfaceMtu} of {Alias(mtu)}; {who} says so, and senders are told."),
            Subject = (object?)believed ?? mtu,
            Evidence =
            [
                MtuObservations.Sizes(mtu),
                .. MtuObservations.Reports(mtu),
                MtuObservations.Held(mtu),
                .. MtuObservations.Segments(evidence, mtu),
            ],
            Proves = Describe.Text($"Packets of {path} bytes reach the target and larger ones do not, and the report that tells a sender so arrives at this host's sockets."),
            DoesNotProve = "That the way back carries as much, that other hosts get the report as well, nor that it is a fault: tunnels and other links are made this way.",
            NextSteps = [commands.Mtu(), commands.Route()],
        };
    }

    internal static string Alias(MtuProbeResult mtu) => mtu.InterfaceAlias ?? "the egress interface";
}
