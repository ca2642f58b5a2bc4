using static PacketPath.Core.Tests.Diagnosis.FaultCases;

namespace PacketPath.Core.Tests.Diagnosis;

/// <summary>Evidence of QUIC probes.</summary>
public static class QuicCases
{
    public static readonly Case[] All =
    [
        new("QuicUdpBlocked", PathLayer.Quic,
            s => [Rejected(s, s.FarRouter, QuicUdpOutcome.Prohibited)],
            s => [Rejected(s, s.Target, QuicUdpOutcome.PortUnreachable)]),
        new("QuicNotOffered", PathLayer.Quic,
            s => [Rejected(s, s.Target, QuicUdpOutcome.PortUnreachable)],
            s => [Rejected(s, s.FarRouter, QuicUdpOutcome.PortUnreachable)]),
    ];

    /// <summary>QUIC that answers, beside a TCP attempt.</summary>
    public static QuicPathResult Answered(Scene s, SynPathResult? tcp = null) => Of(s, tcp) with
    {
        QuicAnswered = true,
        UdpOutcome = QuicUdpOutcome.Answered,
        Versions = ["1", "2"],
        RttMilliseconds = 0.8,
        FullSizePasses = true,
        DatagramsReceived = 1,
    };

    /// <summary>QUIC that meets silence, with the controls that were sent then.</summary>
    public static QuicPathResult Silent(Scene s, bool targetAnswersControl, params QuicHop[] hops) => Of(s, null) with
    {
        UdpOutcome = QuicUdpOutcome.Silent,
        Controls =
        [
            Control(s, 32, targetAnswersControl),
            Control(s, 1200, targetAnswersControl),
        ],
        Hops = hops,
        NotObserved = [new MissingObservation { What = "packets of the UDP flow on the wire", Why = "no capture", Remedy = "Run Watch-PacketCapture." }],
    };

    public static UdpControl Control(Scene s, int size, bool answered) => new()
    {
        Port = 33434,
        Size = size,
        Outcome = answered ? QuicUdpOutcome.PortUnreachable : QuicUdpOutcome.Silent,
        From = answered ? s.Target : null,
    };

    public static QuicHop Hop(int ttl, string? address, string? control, bool isTarget = false, bool isConfirmed = false) =>
        new() { Ttl = ttl, Address = address, ControlAddress = control, IsTarget = isTarget, IsConfirmed = isConfirmed };

    /// <summary>An attempt that an ICMP error ended.</summary>
    public static QuicPathResult Rejected(Scene s, string offender, QuicUdpOutcome outcome, bool isLocal = false) => Of(s, null) with
    {
        UdpOutcome = outcome,
        Offender = offender,
        ErrorQueue = [s.Report(offender, outcome == QuicUdpOutcome.Prohibited ? (s.IsIPv6 ? (1, 1) : (3, 13)) : s.IsIPv6 ? (1, 4) : (3, 3), isLocal)],
    };

    public static QuicHandshake Shake(string? name, QuicHandshakeOutcome outcome, string? alert = null) => new()
    {
        ServerName = name,
        ApplicationProtocols = ["h3"],
        Outcome = outcome,
        Alert = alert,
        ErrorName = alert is null ? null : "CRYPTO_ERROR",
        ErrorCode = alert is null ? null : 0x170,
    };

    private static QuicPathResult Of(Scene s, SynPathResult? tcp)
    {
        tcp ??= s.Open();
        return new QuicPathResult
        {
            ComputerName = "web1",
            NetNamespace = "blue",
            ObservedAt = Scene.Noon,
            TargetName = s.Target,
            RemoteAddress = s.Target,
            RemotePort = 443,
            Protocol = TransportProtocol.Udp,
            TcpPath = tcp,
            TcpOutcome = tcp.Outcome,
            TimeoutSeconds = 1,
            DatagramsSent = 3,
        };
    }
}
