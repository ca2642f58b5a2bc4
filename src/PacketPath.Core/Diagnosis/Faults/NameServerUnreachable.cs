namespace PacketPath.Diagnosis.Faults;

/// <summary>Queries go to the name server, and no answer comes back.</summary>
public sealed class NameServerUnreachable : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Name;

    // A closed TCP port says nothing more than that the host is there.
    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains => ["RemoteRefused"];

    internal override bool LooksBeyondReach => true;

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        var current = DnsObservations.Current(evidence);
        var unheard = current.Where(r => (r.Outcome is DnsOutcome.Silent or DnsOutcome.Unreachable or DnsOutcome.Invalid) && !DnsObservations.IsHeard(r)).ToList();
        if (unheard.Count == 0)
        {
            return null;
        }

        var result = unheard[0];
        var asked = result.Exchanges.Where(e => e.Transport == TransportProtocol.Udp).ToArray();
        var report = asked.SelectMany(e => e.ErrorQueue).FirstOrDefault();
        var watched = result.CaptureStatus == CaptureStatus.Complete && asked.Length > 0;
        var heldBack = watched && Array.TrueForAll(asked, e => e.QueriesSeen == 0);
        var droppedHere = watched && result.Outcome == DnsOutcome.Silent && Array.Exists(asked, e => e.PacketsSeen > 0);
        var late = !droppedHere && Array.Exists(asked, e => e.PacketsLate > 0);
        var denied = asked.Select(e => e.SocketError).FirstOrDefault(e => e is not null);
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = unheard.Count == current.Count && !late && (watched || report is not null || denied is not null) ? Confidence.Proven : Confidence.Probable,
            Protocol = TransportProtocol.Udp,
            Summary = $"The name server {evidence.Target} does not answer {result.Name} {result.Type} over UDP: {What()}{DnsObservations.Others(unheard.Count)}.",
            Subject = result,
            Evidence =
            [
                .. DnsObservations.Exchanges(result),
                DnsObservations.Rejected(result),
                DnsObservations.Tcp(evidence, result),
                Observations.Route(evidence),
                Observations.Neighbor(evidence),
            ],
            Proves = heldBack ? "No query left this host."
                : droppedHere ? "Answers reached this host, and no socket received them: something on this host dropped them."
                : result.Outcome == DnsOutcome.Invalid ? "What came back was no answer to the questions put: by its source, its number, its question or its form."
                : late ? "The questions were put several times, and answers came only after the wait for them had ended."
                : "The questions were put several times, and no answer reached a socket of this host.",
            DoesNotProve = heldBack || droppedHere ? "Which rule or limit of this host does it."
                : late ? "Whether the name server or the way is slow: a longer -TimeoutSeconds would tell how slow."
                : "Where queries or answers are lost, nor that the server is down: TCP to the same port shows whether its host is reached.",
            NextSteps =
            [
                commands.Dns(result),
                .. heldBack || denied is not null || droppedHere ? [commands.Firewall()] : Array.Empty<string>(),
                commands.ProbeAndResolve(),
                commands.Route(),
            ],
        };

        string What() => denied is not null ? $"this host refuses to send ({denied})"
            : heldBack ? "no query leaves this host"
            : droppedHere ? "answers reach this host and are dropped here"
            : late ? Describe.Text($"answers come only after the {Describe.Seconds(result.TimeoutSeconds)} waited for them")
            : report is not null ? Describe.Report(report)
            : result.Outcome == DnsOutcome.Invalid ? "what comes back is no answer to the question"
            : Describe.Text($"{Describe.Count(asked.Sum(e => e.QueriesSent), "datagram")} in {Describe.Seconds(result.TimeoutSeconds)} and no answer")
                + (result.TcpPath is null ? "" : $"; a TCP connection to the same port {DnsObservations.Ended(result.TcpPath)}")
                + (result.TcpOutcome == DnsTcpOutcome.Answered ? ", and the question is answered there" : "");
    }
}
