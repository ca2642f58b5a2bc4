namespace PacketPath.Diagnosis.Faults;

/// <summary>TCP to the port works, and QUIC's datagrams are rejected or lost on the way, all of them or those with a server name.</summary>
public sealed class QuicUdpBlocked : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Quic;

    internal override bool LooksBeyondReach => true;

    internal override Finding? Evaluate(EvidenceSet evidence) =>
        evidence.Current.OfType<QuicPathResult>().Select(quic => Evaluate(evidence, quic)).FirstOrDefault(static finding => finding is not null);

    private static Finding? Evaluate(EvidenceSet evidence, QuicPathResult quic)
    {
        if (quic is { QuicAnswered: false, TcpOutcome: not SynOutcome.Open })
        {
            return null;
        }

        var report = quic.ErrorQueue.LastOrDefault();
        return quic.UdpOutcome switch
        {
            QuicUdpOutcome.Answered => OfName(evidence, quic),
            QuicUdpOutcome.LocalError => OfThisHost(evidence, quic),
            QuicUdpOutcome.TooBig => OfSize(evidence, quic, report),
            _ when report is { OffenderIsLocal: true } => OfThisHost(evidence, quic),
            QuicUdpOutcome.Prohibited or QuicUdpOutcome.Unreachable when report is not null => OfReject(evidence, quic, report),
            QuicUdpOutcome.PortUnreachable when report is not null && !IsTarget(evidence, report) => OfReject(evidence, quic, report),
            QuicUdpOutcome.Silent => OfSilence(evidence, quic),
            _ => null,
        };
    }

    private static Finding? OfThisHost(EvidenceSet evidence, QuicPathResult quic)
    {
        PathLayer? layer = quic.UdpOutcome != QuicUdpOutcome.LocalError || quic.SocketError == "EPERM" ? PathLayer.OutputFirewall
            : quic.SocketError is "EACCES" or "EINVAL" or "EHOSTUNREACH" or "ENETUNREACH" ? PathLayer.PolicyRouting
            : null;
        if (layer is null)
        {
            return null;
        }

        var commands = new Commands(evidence);
        var firewall = layer == PathLayer.OutputFirewall;
        return Blocked(evidence, quic) with
        {
            Confidence = firewall && quic.UdpOutcome != QuicUdpOutcome.LocalError ? Confidence.Proven : Confidence.Probable,
            Layer = layer,
            Summary = firewall
                ? Describe.Text($"This host's own firewall keeps UDP to {evidence.Target} from leaving, while TCP passes: {(quic.SocketError is { } error ? $"{quic.FailedCall}() fails with {error}" : "it rejects the datagrams")}.")
                : $"This host's routing refuses UDP to {evidence.Target}, while TCP passes: {quic.FailedCall}() fails with {quic.SocketError}.",
            Proves = "The refusal came from this host; nothing beyond it had a say.",
            DoesNotProve = firewall ? "Which rule it is, nor that it is one of the firewall's: a BPF program or a security module refuses alike." : "Which rule or route it is.",
            NextSteps = firewall
                ? [commands.UdpFirewall(), commands.Quic(quic)]
                : [commands.Rules(), Describe.Text($"{commands.Route()} -Protocol Udp -DestinationPort {evidence.Key.RemotePort}"), commands.Quic(quic)],
        };
    }

    private static Finding OfSize(EvidenceSet evidence, QuicPathResult quic, IcmpReport? report)
    {
        var commands = new Commands(evidence);
        var who = report is null or { OffenderIsLocal: true } ? "this host's interface" : report.Offender;
        return Blocked(evidence, quic) with
        {
            Confidence = Confidence.Proven,
            Layer = PathLayer.Path,
            Summary = Describe.Text($"QUIC cannot work to {evidence.Target}: its datagrams of 1200 bytes do not fit {who}{(report is { Mtu: > 0 } ? $", which takes packets of {report.Mtu} bytes" : "")}."),
            Proves = "Datagrams of the least size that QUIC allows are turned back for their size.",
            DoesNotProve = "That smaller ones would be answered.",
            NextSteps = [commands.Mtu(), commands.Quic(quic)],
        };
    }

    private static Finding OfReject(EvidenceSet evidence, QuicPathResult quic, IcmpReport report)
    {
        var commands = new Commands(evidence);
        var target = IsTarget(evidence, report);
        return Blocked(evidence, quic) with
        {
            Confidence = quic.UdpOutcome == QuicUdpOutcome.Prohibited ? Confidence.Proven : Confidence.Probable,
            Summary = Describe.Text($"{(target ? $"{report.Offender} itself" : report.Offender)} rejects UDP to {evidence.Target}, while TCP to the same port passes: {Describe.Report(report)}."),
            Subject = report,
            Proves = $"The datagrams reached {report.Offender}, which turned them back; a TCP connection to the same port was accepted.",
            DoesNotProve = target ? "That another firewall does not answer in the target's name."
                : quic.UdpOutcome == QuicUdpOutcome.PortUnreachable ? $"That {report.Offender} is not an address of the target itself, on which no QUIC is offered."
                : "Which rule turned them back.",
            NextSteps = [commands.RouteOf(report.Offender), commands.Quic(quic)],
        };
    }

    private static Finding? OfSilence(EvidenceSet evidence, QuicPathResult quic)
    {
        var commands = new Commands(evidence);
        if (QuicObservations.IsDroppedHere(quic))
        {
            return Blocked(evidence, quic) with
            {
                Confidence = Confidence.Proven,
                Layer = PathLayer.InputFirewall,
                Summary = $"This host's own firewall drops what {evidence.Target} answers over UDP: the answers were captured coming in, and no socket received one.",
                Proves = "UDP gets to the target and back to this host, which keeps the answers from the socket.",
                DoesNotProve = "Which rule drops them, nor that the answers are QUIC.",
                NextSteps = [commands.Firewall(), commands.Quic(quic)],
            };
        }

        if (QuicObservations.IsLostForSize(quic))
        {
            return Blocked(evidence, quic) with
            {
                Confidence = Confidence.Probable,
                Layer = PathLayer.Path,
                Summary = $"Datagrams of 1200 bytes, which QUIC needs, vanish on the way to {evidence.RemoteAddress}, while small ones get there.",
                Proves = "The target answers small datagrams to a closed port, and none of 1200 bytes.",
                DoesNotProve = "Where they are lost, and that QUIC is offered at all.",
                NextSteps = [commands.Mtu(), commands.Quic(quic)],
            };
        }

        if (QuicObservations.Gap(quic) is { } gap)
        {
            var before = gap.LastGood is { } hop ? Describe.Text($"behind {hop.Address} (hop {hop.Ttl})") : "before the first hop";
            return Blocked(evidence, quic) with
            {
                Confidence = Confidence.Proven,
                Summary = Describe.Text($"UDP to {evidence.Target} is dropped {before}, while TCP to the same port passes, and so does UDP to another port."),
                Subject = gap.LastGood ?? gap.FirstBad,
                Proves = Describe.Text($"Datagrams alike but for their port part ways: to a closed port they reach {gap.FirstBad.ControlAddress} (hop {gap.FirstBad.Ttl}), to port {quic.RemotePort} they do not."),
                DoesNotProve = "Which of the two hops drops them, or what lies between; where several paths are balanced by port, a fault of one path looks the same.",
                NextSteps = [.. gap.LastGood?.Address is { } address ? [commands.RouteOf(address)] : Array.Empty<string>(), commands.Quic(quic)],
            };
        }

        // Silence to the one port alone says nothing of UDP.
        return quic.Controls.Length == 0 || QuicObservations.TargetAnswersControl(quic) ? null : Blocked(evidence, quic) with
        {
            Confidence = Confidence.Probable,
            Summary = $"UDP to {evidence.Target} gets no answer of any kind, while TCP to the same port works: it is dropped on the way, or by a firewall of the target.",
            Proves = "Datagrams to the port and to a closed one were not answered, while a TCP connection to the same port was accepted.",
            DoesNotProve = "Where they are dropped, nor that QUIC is offered: a host that offers none, and drops what it does not offer, looks the same."
                + (quic.CaptureStatus == CaptureStatus.Complete ? "" : " A firewall of this host that drops the answers does too."),
            NextSteps = [commands.UdpFirewall(), commands.Quic(quic)],
        };
    }

    private static Finding? OfName(EvidenceSet evidence, QuicPathResult quic)
    {
        if (quic is not { Handshake: { Outcome: QuicHandshakeOutcome.Silent } shake, ControlHandshake: { } control, Versions.Length: > 0 })
        {
            return null;
        }

        var commands = new Commands(evidence);
        var named = control.Outcome != QuicHandshakeOutcome.Silent && control.Outcome != QuicHandshakeOutcome.Failed;
        return Blocked(evidence, quic) with
        {
            Confidence = named ? Confidence.Proven : Confidence.Probable,
            Subject = shake,
            Summary = named
                ? $"QUIC to {evidence.Target}{QuicObservations.For(shake)} is silenced by name: its Initials get no answer, while Version Negotiation and a handshake{QuicObservations.For(control)} are answered."
                : $"QUIC handshakes with {evidence.Target} get no answer, whatever the name, while Version Negotiation is answered: Initials of version 1 are dropped.",
            Proves = named ? "The server name alone makes the difference: the same Initial with another one, or none, is answered." : "UDP gets there and back, and QUIC is spoken there.",
            DoesNotProve = "Whether a filter on the way drops the name, or the server itself stays silent.",
            NextSteps = [commands.Quic(quic)],
        };
    }

    private static Finding Blocked(EvidenceSet evidence, QuicPathResult quic) => new()
    {
        Confidence = Confidence.Probable,
        Protocol = TransportProtocol.Udp,
        Subject = quic,
        Evidence =
        [
            QuicObservations.Datagrams(quic),
            QuicObservations.Tcp(quic),
            QuicObservations.Handshake(quic, quic.Handshake),
            QuicObservations.Handshake(quic, quic.ControlHandshake),
            .. QuicObservations.Controls(quic),
            QuicObservations.Capture(quic),
            QuicObservations.Walk(quic),
            Observations.Route(evidence),
        ],
        Summary = "",
        Proves = "",
        DoesNotProve = "",
        NextSteps = [],
    };

    private static bool IsTarget(EvidenceSet evidence, IcmpReport report) => TargetKey.Canonical(report.Offender) == evidence.RemoteAddress;
}
