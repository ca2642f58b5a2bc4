namespace PacketPath.Diagnosis.Faults;

/// <summary>UDP gets to the target, which does not offer QUIC there, or not for this name.</summary>
public sealed class QuicNotOffered : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Quic;

    internal override bool LooksBeyondReach => true;

    internal override Finding? Evaluate(EvidenceSet evidence) =>
        evidence.Current.OfType<QuicPathResult>().Select(quic => Evaluate(evidence, quic)).FirstOrDefault(static finding => finding is not null);

    private static Finding? Evaluate(EvidenceSet evidence, QuicPathResult asked) => asked switch
    {
        { UdpOutcome: QuicUdpOutcome.PortUnreachable, ErrorQueue: [.., { OffenderIsLocal: false } report] } quic
            when TargetKey.Canonical(report.Offender) == evidence.RemoteAddress => OfClosedPort(evidence, quic, report),
        { UdpOutcome: QuicUdpOutcome.NotQuic } quic => OfOtherProtocol(evidence, quic),
        { UdpOutcome: QuicUdpOutcome.Silent } quic when QuicObservations.TargetAnswersControl(quic)
            && QuicObservations.Gap(quic) is null && !QuicObservations.IsDroppedHere(quic) && !QuicObservations.IsLostForSize(quic) => OfSilence(evidence, quic),
        { Handshake: { Outcome: QuicHandshakeOutcome.VersionNegotiation } shake } quic => OfVersion(evidence, quic, shake),
        { Handshake: { Outcome: QuicHandshakeOutcome.Closed } shake } quic when shake.Alert is not null || shake.ErrorName == "CONNECTION_REFUSED" => OfName(evidence, quic, shake),
        _ => null,
    };

    private static Finding OfClosedPort(EvidenceSet evidence, QuicPathResult quic, IcmpReport report) => NotOffered(evidence, quic) with
    {
        Confidence = Confidence.Proven,
        Summary = Describe.Text($"{evidence.RemoteAddress} offers no QUIC on port {evidence.Key.RemotePort}{Beside(quic)}: the target itself says that the UDP port is closed."),
        Subject = report,
        Proves = "UDP reaches the target and its answer comes back: nothing on the way blocks it.",
        DoesNotProve = "That a firewall did not answer in the target's name.",
    };

    private static Finding OfOtherProtocol(EvidenceSet evidence, QuicPathResult quic) => NotOffered(evidence, quic) with
    {
        Confidence = Confidence.Probable,
        Summary = $"What answers on UDP at {evidence.Target} does not speak QUIC.",
        Proves = "UDP gets there and back: datagrams came from the port, and none answers what was sent.",
        DoesNotProve = "What it is that answers.",
    };

    private static Finding OfSilence(EvidenceSet evidence, QuicPathResult quic) => NotOffered(evidence, quic) with
    {
        Confidence = Confidence.Probable,
        Summary = Describe.Text($"{evidence.RemoteAddress} gives no QUIC on port {evidence.Key.RemotePort}{Beside(quic)}: UDP gets to it and back, and the port stays silent."),
        Proves = "The target answers datagrams of the same size to a closed port: UDP gets there and back.",
        DoesNotProve = "That nothing drops this one port at the last hop: the target's own firewall, or one right in front of it."
            + (quic.CaptureStatus == CaptureStatus.Complete ? "" : " A firewall of this host that drops the answers would look the same."),
    };

    private static Finding OfVersion(EvidenceSet evidence, QuicPathResult quic, QuicHandshake shake) => NotOffered(evidence, quic) with
    {
        Confidence = Confidence.Proven,
        Subject = shake,
        Summary = $"{evidence.Target} speaks QUIC, but not version 1: it offers {(quic.Versions.Length == 0 ? "others" : string.Join(", ", quic.Versions.Take(8)))}.",
        Proves = "UDP gets there and back, and the server turned version 1 down itself.",
        DoesNotProve = "That a handshake of another version would succeed.",
    };

    private static Finding OfName(EvidenceSet evidence, QuicPathResult quic, QuicHandshake shake) => NotOffered(evidence, quic) with
    {
        Confidence = shake.Alert is "unrecognized_name" or "no_application_protocol" ? Confidence.Proven : Confidence.Probable,
        Subject = shake,
        Summary = shake.Alert == "no_application_protocol"
            ? $"{evidence.Target} speaks QUIC, but offers none of {string.Join(", ", shake.ApplicationProtocols)}: it closes the handshake with {QuicObservations.Refusal(shake)}."
            : $"{evidence.Target} speaks QUIC, but refuses a handshake{QuicObservations.For(shake)} with {QuicObservations.Refusal(shake)}.",
        Proves = "UDP gets there and back, and the server answered this very handshake with a close.",
        DoesNotProve = "Why it refuses, where the alert does not say it, nor that it would take another name.",
    };

    private static string Beside(QuicPathResult quic) => quic.TcpOutcome == SynOutcome.Open ? ", while TCP is open" : "";

    private static Finding NotOffered(EvidenceSet evidence, QuicPathResult quic) => new()
    {
        Confidence = Confidence.Probable,
        Protocol = TransportProtocol.Udp,
        Subject = quic,
        Evidence =
        [
            QuicObservations.Datagrams(quic),
            QuicObservations.Tcp(quic),
            QuicObservations.Handshake(quic, quic.Handshake),
            .. QuicObservations.Controls(quic),
            QuicObservations.Capture(quic),
            QuicObservations.Walk(quic),
        ],
        Summary = "",
        Proves = "",
        DoesNotProve = "",
        NextSteps =
        [
            new Commands(evidence).Quic(quic),
            Describe.Text($"Get-SocketEntry -LocalPort {Math.Clamp(evidence.Key.RemotePort, 0, 65535)} -Protocol Udp # on the target{(evidence.RemoteAddress.Length == 0 ? "" : $", {evidence.RemoteAddress}")}"),
        ],
    };
}
