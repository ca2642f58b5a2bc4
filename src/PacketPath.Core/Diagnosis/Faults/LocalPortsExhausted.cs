namespace PacketPath.Diagnosis.Faults;

/// <summary>No local port is left for another connection to this peer.</summary>
public sealed class LocalPortsExhausted : FaultRule
{
    // Sockets come and go between the failure and the count.
    private const double Nearly = 0.9;

    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Socket;

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (evidence.Probe is not { Outcome: SynOutcome.LocalError, SocketError: "EADDRNOTAVAIL", FailedCall: "connect", LocalPortUse: { } use } probe
            || use.Usable <= 0 || use.InUse < Enough(use))
        {
            return null;
        }

        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = use.InUse >= use.Usable ? Confidence.Proven : Confidence.Probable,
            Summary = Describe.Text($"No local port is left for a connection to {evidence.Target}: {use.InUse} of the {use.Usable} ports of {use.FirstPort} to {use.LastPort} are taken")
                + Describe.Text($"{(use.TimeWait > 0 ? $", {use.TimeWait} of them in TIME-WAIT" : "")}."),
            Subject = use,
            Evidence =
            [
                Observations.Supports("connect() failed at once with EADDRNOTAVAIL, with no source address asked for that could be missing", Observations.SocketSource, probe.ObservedAt),
                Observations.Supports(
                    Describe.Text($"{use.InUse} local ports are in use towards {evidence.Target}, {use.TimeWait} of them in TIME-WAIT"), SocketObservations.Source, probe.ObservedAt),
                Observations.Supports(
                    Describe.Text($"{use.Usable} ports may be used: {use.FirstPort} to {use.LastPort}, {use.Reserved} of them reserved"), "net.ipv4.ip_local_port_range", probe.ObservedAt),
            ],
            Proves = "The ports the kernel may choose from are held by sockets to this very address and port, or by listeners, so it found none.",
            DoesNotProve = "That the target would answer; nor which of these connections are still needed.",
            NextSteps =
            [
                commands.SocketsTo(),
                commands.Run("sysctl net.ipv4.ip_local_port_range net.ipv4.ip_local_reserved_ports net.ipv4.tcp_tw_reuse"),
                commands.ProbeAndResolve(),
            ],
        };
    }

    // The kernel tries ports in pairs: of a range with an odd number of them, each connect() leaves one out.
    private static double Enough(LocalPortUse use) =>
        use is { InUse: > 0 } && (use.LastPort - use.FirstPort) % 2 == 0 ? Math.Min(use.Usable * Nearly, use.Usable - 1) : use.Usable * Nearly;
}
