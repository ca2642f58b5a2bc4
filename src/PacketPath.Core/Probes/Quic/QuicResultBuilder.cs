using System.Net;
using PacketPath.Interop;
using PacketPath.Quic;
using PacketPath.Tls;

namespace PacketPath.Probes;

/// <summary>Turns what was seen of one target into a result.</summary>
internal sealed class QuicResultBuilder(QuicProbeOptions options, Func<IPAddress, bool> isLocal)
{
    // A capture sees a packet before the socket gets it: what was captured last may have been under way still.
    private static readonly TimeSpan OnTheWayUp = TimeSpan.FromMilliseconds(10);

    /// <summary>Builds the result.</summary>
    public QuicPathResult Build(QuicTarget target, SynPathResult tcp, QuicNegotiation negotiation, QuicShake? shake, QuicShake? control)
    {
        var exchange = negotiation.Exchange;
        DatagramExchange[] all = [.. new[] { exchange, shake?.Exchange, control?.Exchange }.OfType<DatagramExchange>()];
        var spoken = all.Any(e => e.IsAnswered);
        var telling = spoken ? null : all.FirstOrDefault(e => DatagramFindings.Outcome(e) is not QuicUdpOutcome.Silent) ?? exchange;
        var outcome = telling is null ? QuicUdpOutcome.Answered : DatagramFindings.Outcome(telling);
        var reports = all.SelectMany(e => e.Reports).Select(r => DatagramFindings.Report(r.Record, r.At, isLocal)).ToArray();
        var roundTrip = spoken ? all.First(e => e.IsAnswered).RoundTrip : telling!.Reports.Count > 0 ? telling.RoundTrip : null;
        var (status, missing) = outcome == QuicUdpOutcome.Silent ? Watched(negotiation) : (CaptureStatus.NotRequested, null);
        return new QuicPathResult
        {
            ComputerName = tcp.ComputerName,
            NetNamespace = tcp.NetNamespace,
            TargetName = target.Name,
            RemoteAddress = target.Address.ToString(),
            RemotePort = target.Port,
            Protocol = TransportProtocol.Udp,
            TcpPath = tcp,
            TcpOutcome = tcp.Outcome,
            TcpRttMilliseconds = tcp.RttMilliseconds,
            RequestedSourceAddress = options.SourceAddress?.ToString(),
            RequestedInterfaceAlias = options.InterfaceAlias,
            RequestedNetNamespace = tcp.RequestedNetNamespace,
            Mark = options.Mark,
            TimeoutSeconds = options.Timeout.TotalSeconds,
            QuicAnswered = spoken,
            Versions = [.. negotiation.Dialog.Versions.Where(v => !QuicVersions.IsReserved(v)).Select(QuicVersions.Name)],
            UdpOutcome = outcome,
            RttMilliseconds = roundTrip is { } time ? DatagramFindings.Milliseconds(time) : null,
            Offender = telling?.Reports.LastOrDefault().Record?.Offender?.ToString(),
            ErrorQueue = reports,
            SocketError = telling is { Error: not 0 } ? Errno.Name(telling.Error) : null,
            FailedCall = telling?.FailedCall,
            FullSizePasses = FullSize(spoken, outcome, negotiation.Beside.Controls),
            Handshake = shake?.Handshake,
            ControlHandshake = control?.Handshake,
            Controls = negotiation.Beside.Controls,
            Hops = negotiation.Beside.Hops,
            DatagramsSent = all.Sum(e => e.Sent),
            DatagramsReceived = all.Sum(e => e.Received),
            DatagramsForeign = all.Sum(e => e.Foreign),
            LocalAddress = exchange.Local?.Address.ToString(),
            LocalPort = exchange.Local?.Port ?? 0,
            CaptureStatus = status,
            DatagramsCapturedLeaving = negotiation.Sighting?.Leaving ?? 0,
            DatagramsCapturedReturning = negotiation.Sighting?.ReturnedBefore(exchange.ReadAt - OnTheWayUp) ?? 0,
            NotObserved = [.. missing is null ? [] : new[] { missing }, .. spoken ? [] : negotiation.Beside.Missing],
        };
    }

    /// <summary>What came of a handshake.</summary>
    public static QuicHandshake Handshake(string? name, IReadOnlyList<string> protocols, HandshakeDialog dialog, DatagramExchange exchange) => new()
    {
        ServerName = name,
        ApplicationProtocols = [.. protocols],
        Outcome = dialog.Outcome == QuicHandshakeOutcome.Silent && (exchange.Reports.Count > 0 || exchange.Error != 0) ? QuicHandshakeOutcome.Failed : dialog.Outcome,
        ErrorCode = (long?)dialog.Close?.ErrorCode,
        ErrorName = dialog.Close is { } close ? QuicErrorNames.Error(close.ErrorCode) : null,
        Alert = dialog.Close is { } alerted && QuicErrorNames.AlertNumber(alerted.ErrorCode) is { } number ? TlsAlertNames.Of(number) : null,
        Reason = dialog.Close is { Reason: var reason } ? DisplayText.Clean(reason) : null,
        CipherSuite = dialog.Hello?.CipherSuite,
        WasRetried = dialog.WasRetried,
        RttMilliseconds = exchange is { IsAnswered: true, RoundTrip: { } time } ? DatagramFindings.Milliseconds(time) : null,
    };

    private static bool? FullSize(bool spoken, QuicUdpOutcome outcome, UdpControl[] controls)
    {
        bool Passed(UdpControl control) => control.Outcome is QuicUdpOutcome.Answered or QuicUdpOutcome.PortUnreachable;
        return spoken || outcome is QuicUdpOutcome.PortUnreachable or QuicUdpOutcome.Prohibited or QuicUdpOutcome.NotQuic ? true
            : outcome == QuicUdpOutcome.TooBig ? false
            : controls.Any(c => c.Size >= QuicPacket.SmallestInitial && Passed(c)) ? true
            : controls.Any(Passed) && controls.Any(c => c.Size >= QuicPacket.SmallestInitial) ? false
            : null;
    }

    // A capture that saw nothing leave has seen nothing: it stood too late, or the addresses are translated.
    private (CaptureStatus Status, MissingObservation? Missing) Watched(QuicNegotiation negotiation) => negotiation switch
    {
        _ when !options.Capture => (CaptureStatus.NotRequested, Missing("switched off by -NoCapture", "Leave -NoCapture out.")),
        { Uncaptured: { } failure } => (CaptureStatus.Unavailable, Missing(failure.Message, failure.Remedy)),
        { Lost: > 0 } => (CaptureStatus.Incomplete, Missing("the capture lost packets", "Probe fewer ports in one call.")),
        { Sighting.Leaving: > 0 } => (CaptureStatus.Complete, null),
        _ => (CaptureStatus.Incomplete, Missing("the capture saw no datagram leave: it stood too late, or this host translates the addresses", "Repeat it with a longer -TimeoutSeconds.")),
    };

    private static MissingObservation Missing(string why, string remedy) => new()
    {
        What = "packets of the UDP flow on the wire",
        Why = why.TrimEnd('.') + "; an answer that a firewall of this host drops looks like silence",
        Remedy = remedy,
    };
}
