namespace PacketPath.Diagnosis.Faults;

/// <summary>An answer does not fit a datagram, and TCP, which would bring it, is refused, dropped or cut off.</summary>
public sealed class DnsTruncatedTcpBlocked : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Dns;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains => ["NoReply", "RemoteRefused", "RemoteRejected", "PathSilentAfterHop"];

    internal override bool LooksBeyondReach => true;

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        var blocked = DnsObservations.Current(evidence).Where(r =>
            r is { TruncatedAt: not null, TcpOutcome: not (DnsTcpOutcome.NotAsked or DnsTcpOutcome.Answered) } && DnsObservations.IsHeard(r)).ToList();
        if (blocked.Count == 0)
        {
            return null;
        }

        var result = blocked[0];
        var path = result.TcpPath;
        var held = path is { Outcome: SynOutcome.NoReply, CaptureStatus: CaptureStatus.Complete, Syns.Length: 0 };
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = path is { Outcome: SynOutcome.Refused or SynOutcome.IcmpError or SynOutcome.LocalError } or { Outcome: SynOutcome.NoReply, CaptureStatus: CaptureStatus.Complete }
                ? Confidence.Proven : Confidence.Probable,
            Summary = $"The answer of {evidence.Target} to {result.Name} {result.Type} is truncated at {DnsObservations.Buffer(result.TruncatedAt)}, and over TCP it does not come: {Why()}{Rescue(result)}{DnsObservations.Others(blocked.Count)}.",
            Subject = result,
            Evidence = [.. DnsObservations.Exchanges(result), DnsObservations.Tcp(evidence, result), Observations.Route(evidence), Observations.Neighbor(evidence)],
            Proves = "The name server answers over UDP, says that its answer did not fit (TC), and the same question gets no answer over TCP.",
            DoesNotProve = held ? "Which rule of this host keeps the connection back."
                : path?.Outcome == SynOutcome.Open ? "Whether the name server or something before it ends the connection."
                : "Who keeps TCP away: a firewall on the way or at the server, or a server that does not serve TCP.",
            NextSteps = [commands.ProbeAndResolve(), .. held ? [commands.OutputFirewall()] : Array.Empty<string>(), commands.Dns(result)],
        };

        string Why() => path is null || path.Outcome != SynOutcome.Open
            ? "the connection " + (path is null ? "cannot be opened" : DnsObservations.Ended(path))
            : result.TcpOutcome switch
            {
                DnsTcpOutcome.Reset => "the connection opens, and is reset after the question",
                DnsTcpOutcome.Closed => "the connection opens, and is closed without a whole answer",
                DnsTcpOutcome.Invalid => "the connection opens, and what comes is no answer",
                _ => $"the connection opens, and no whole answer comes in {Describe.Seconds(result.TimeoutSeconds)}",
            };
    }

    // Who allows more gets all of it: that is why only some programs fail.
    private static string Rescue(DnsTruncationResult result) => result.WholeAt is { } size && size > result.TruncatedAt
        ? Describe.Text($" (queries that allow {size} bytes get all of it)") : "";
}
