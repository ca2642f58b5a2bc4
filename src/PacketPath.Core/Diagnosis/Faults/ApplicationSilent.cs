namespace PacketPath.Diagnosis.Faults;

/// <summary>The connection stands, the request was acknowledged, and no data comes back: the kernels did their part, the application did not.</summary>
public sealed class ApplicationSilent : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Application;

    internal override bool LooksBeyondReach => true;

    internal override Finding? Evaluate(EvidenceSet evidence) =>
        ProxyObservations.Newest(evidence).FirstOrDefault(static p => p is { Outcome: ProxyOutcome.Silent, RequestAcknowledged: not false }) is { } asked ? OfProxy(evidence, asked)
        : evidence.SilentTalk is { } talk ? OfSocket(evidence, talk)
        : null;

    private static Finding OfProxy(EvidenceSet evidence, ProxyConnectResult asked) => new()
    {
        Confidence = asked.RequestAcknowledged is null ? Confidence.Probable : Confidence.Proven,
        Summary = $"{evidence.Target}{ProxyObservations.Chosen(asked)} took the connection and the request for a tunnel to {ProxyObservations.Tunnel(asked)}, and said nothing within {Describe.Seconds(asked.TimeoutSeconds)}.",
        Subject = asked,
        Evidence =
        [
            ProxyObservations.Reply(asked),
            ProxyObservations.Acknowledged(asked),
            ProxyObservations.Tls(asked.ProxyTls, "the proxy", asked.ObservedAt),
            .. ProxyObservations.Built(evidence),
            evidence.Probe is null ? null : Observations.Socket(evidence),
        ],
        Proves = "The path carries data both ways, as the request was acknowledged. What is missing is the application's answer.",
        DoesNotProve = "Why: the process may hang, or wait for something itself. A proxy that tries an unreachable target answers only when it gives up, which may take minutes.",
        NextSteps =
        [
            new Commands(evidence).Proxy(asked, " -TimeoutSeconds 120"),
            Describe.Text($"Get-SocketEntry -LocalPort {Math.Clamp(asked.RemotePort, 1, 65535)} # on the proxy, {evidence.RemoteAddress}: ReceiveQueueBytes that stay show a process that does not read"),
        ],
    };

    private static Finding OfSocket(EvidenceSet evidence, SilentTalk talk)
    {
        var last = talk.Last;
        var info = last.TcpInfo!;
        return new Finding
        {
            Confidence = Confidence.Probable,
            Summary = Describe.Text($"{evidence.Target} acknowledged {talk.Sent} bytes of {SocketObservations.Who(last)} and has sent none back for {talk.Seconds:0.#} s at the least."),
            Subject = last,
            Evidence =
            [
                Observations.Supports(
                    Describe.Text($"the connection from {TargetKey.Text(last.LocalAddress, last.LocalPort)} is established; all it sent is acknowledged, and nothing waits to be sent or read"),
                    SocketObservations.Source,
                    last.ObservedAt),
                Observations.Supports(
                    Describe.Text($"bytes received: {talk.First.TcpInfo?.BytesReceived} in the first reading, {info.BytesReceived} in the last, {(last.ObservedAt - talk.First.ObservedAt).TotalSeconds:0.#} s later"),
                    SocketObservations.Source + ", read twice",
                    last.ObservedAt),
            ],
            Proves = "The path carries data both ways, as what was sent was acknowledged. Not one byte of an answer has come since the connection began.",
            DoesNotProve = "That an answer is due: some protocols only send, and some answer only when they have news. Nor why none comes.",
            NextSteps =
            [
                Commands.Sockets(last, Describe.Text($"-LocalPort {last.LocalPort}") + " | Format-List"),
                Describe.Text($"Get-SocketEntry -LocalPort {Math.Clamp(last.RemotePort, 1, 65535)} # on the target, {evidence.RemoteAddress}: ReceiveQueueBytes that stay show a process that does not read"),
            ],
        };
    }
}
