namespace PacketPath.Diagnosis;

/// <summary>Turns what a QUIC probe saw into sentences, and says how far its datagrams got.</summary>
internal static class QuicObservations
{
    private const string Source = "QUIC datagrams of 1200 bytes";
    private const string HandshakeSource = "QUIC Initial of version 1";
    private const string ControlSource = "datagrams to a closed port";

    /// <summary>The healthy answer; null where QUIC did not answer, or a handshake that was asked for was not taken.</summary>
    public static ApplicationAnswer? Answer(QuicPathResult quic)
    {
        if (!quic.QuicAnswered || quic.Handshake is { Outcome: not (QuicHandshakeOutcome.ServerHello or QuicHandshakeOutcome.HelloRetryRequest) })
        {
            return null;
        }

        var versions = quic.Versions.Length == 0 ? "" : $", version{(quic.Versions.Length == 1 ? "" : "s")} {string.Join(", ", quic.Versions.Take(8))}";
        var time = quic.RttMilliseconds is { } rtt ? Describe.Text($", in {rtt:0.###} ms") : "";
        var name = quic.Handshake is { } shake ? $", and begins a handshake{For(shake)}" : "";
        return new ApplicationAnswer(PathLayer.Quic, $"QUIC answers{versions}{time}{name}", quic.Handshake is null ? Source : HandshakeSource, quic.ObservedAt);
    }

    /// <summary>What came of the datagrams.</summary>
    public static FailureEvidence Datagrams(QuicPathResult quic)
    {
        var count = Describe.Count(quic.DatagramsSent, "datagram");
        var text = quic.UdpOutcome switch
        {
            QuicUdpOutcome.Answered => $"QUIC answered{(quic.Versions.Length == 0 ? "" : $" and offers {string.Join(", ", quic.Versions.Take(8))}")}",
            QuicUdpOutcome.Silent => Describe.Text($"{count} to UDP port {quic.RemotePort} got no answer in {Describe.Seconds(quic.TimeoutSeconds)}"),
            QuicUdpOutcome.NotQuic => $"{Describe.Count(quic.DatagramsForeign, "datagram")} came back, none of them an answer in QUIC",
            QuicUdpOutcome.LocalError => $"{quic.FailedCall ?? "send"}() failed with {quic.SocketError ?? "an error"}",
            _ when quic.ErrorQueue.LastOrDefault() is { } report => $"the error queue holds {Describe.Report(report)}{(report.OffenderIsLocal ? ", which is this host" : "")}",
            _ => $"the datagrams ended as {quic.UdpOutcome}",
        };
        return Observations.Supports(text, quic.ErrorQueue.Length > 0 ? Observations.ErrorQueueSource : Source, quic.ObservedAt);
    }

    /// <summary>What came of TCP beside it.</summary>
    public static FailureEvidence Tcp(QuicPathResult quic) => Observations.Supports(
        quic.TcpOutcome == SynOutcome.Open ? Describe.Text($"a TCP connection to port {quic.RemotePort}, made beside it, was accepted") : $"a TCP connection made beside it came to {quic.TcpOutcome}",
        Observations.SocketSource,
        quic.ObservedAt);

    /// <summary>What came of a handshake; null where none was begun.</summary>
    public static FailureEvidence? Handshake(QuicPathResult quic, QuicHandshake? shake)
    {
        if (shake is null)
        {
            return null;
        }

        var text = shake.Outcome switch
        {
            QuicHandshakeOutcome.Silent => "got no answer",
            QuicHandshakeOutcome.ServerHello => "was answered with a ServerHello",
            QuicHandshakeOutcome.HelloRetryRequest => "was answered with a HelloRetryRequest",
            QuicHandshakeOutcome.Closed => $"was closed by the server with {Refusal(shake)}",
            QuicHandshakeOutcome.VersionNegotiation => "was answered with Version Negotiation",
            _ => $"ended as {shake.Outcome}",
        };
        return Observations.Supports($"an Initial{For(shake)} {text}", HandshakeSource, quic.ObservedAt);
    }

    /// <summary>The control datagrams.</summary>
    public static IEnumerable<FailureEvidence> Controls(QuicPathResult quic) => quic.Controls.Take(4).Select(c => Observations.Supports(
        Describe.Text($"datagrams of {c.Size} bytes to UDP port {c.Port} {(c.From is null ? "got no answer" : $"were answered by {c.From} ({c.Outcome})")}"), ControlSource, quic.ObservedAt));

    /// <summary>What a capture saw; null where none stood.</summary>
    public static FailureEvidence? Capture(QuicPathResult quic) => quic.CaptureStatus != CaptureStatus.Complete ? null : Observations.Supports(
        Describe.Text($"{Describe.Count(quic.DatagramsCapturedLeaving, "datagram")} captured leaving, {(quic.DatagramsCapturedReturning == 0 ? "none" : quic.DatagramsCapturedReturning)} coming back"),
        Observations.CaptureSource,
        quic.ObservedAt);

    /// <summary>True where answers were captured coming in, and no socket received one.</summary>
    public static bool IsDroppedHere(QuicPathResult quic) =>
        quic is { CaptureStatus: CaptureStatus.Complete, DatagramsCapturedReturning: > 0, DatagramsReceived: 0 };

    /// <summary>How far the walk got; null where none was made.</summary>
    public static FailureEvidence? Walk(QuicPathResult quic) => quic.Hops.Length == 0 ? null : Observations.Supports(
        Describe.Text($"datagrams to UDP port {quic.RemotePort} reach {Reached(quic)}, such to a closed port reach {ControlReached(quic)}"),
        Observations.WalkSource,
        quic.ObservedAt);

    /// <summary>True where the target itself answered a control datagram.</summary>
    public static bool TargetAnswersControl(QuicPathResult quic) => quic.Controls.Any(c => IsTarget(quic, c));

    /// <summary>True where the target answered small control datagrams, and none of the size that QUIC needs.</summary>
    public static bool IsLostForSize(QuicPathResult quic)
    {
        var largest = quic.Controls.Select(c => c.Size).DefaultIfEmpty().Max();
        return quic.Controls.Any(c => c.Size < largest && IsTarget(quic, c)) && !quic.Controls.Any(c => c.Size == largest && c.Outcome != QuicUdpOutcome.Silent)
            && !quic.Hops.Any(h => h.IsTarget);
    }

    /// <summary>Between which hops datagrams to the port end while others of their size go on to a further router; null where that was not seen.</summary>
    public static (QuicHop? LastGood, QuicHop FirstBad)? Gap(QuicPathResult quic) =>
        HopGap.Find(quic.Hops.Select(static h => new HopGap.Hop(h.Ttl, h.Address is not null, h.ControlAddress is not null, h.IsTarget, h.IsConfirmed))) is not { } gap ? null
        : (gap.LastGood < 0 ? null : quic.Hops[gap.LastGood], quic.Hops[gap.FirstBad]);

    /// <summary>The refusal in a server's words.</summary>
    public static string Refusal(QuicHandshake shake) =>
        (shake.Alert is { } alert ? $"the TLS alert {alert}" : shake.ErrorName ?? "an error") + (shake.Reason is { } reason ? $" (\"{reason}\")" : "");

    /// <summary>Whom a handshake is for.</summary>
    public static string For(QuicHandshake shake) => shake.ServerName is { } name ? $" for {name}" : " without a server name";

    private static bool IsTarget(QuicPathResult quic, UdpControl control) =>
        control.Outcome is QuicUdpOutcome.PortUnreachable or QuicUdpOutcome.Answered && TargetKey.Canonical(control.From) == TargetKey.Canonical(quic.RemoteAddress);

    private static string Reached(QuicPathResult quic) => Text(quic.Hops.LastOrDefault(h => h.Address is not null), h => h.Address);

    private static string ControlReached(QuicPathResult quic) => Text(quic.Hops.LastOrDefault(h => h.ControlAddress is not null), h => h.ControlAddress);

    private static string Text(QuicHop? hop, Func<QuicHop, string?> address) => hop is null ? "no hop" : Describe.Text($"{address(hop)} (hop {hop.Ttl})");
}
