namespace PacketPath.Core.Tests.Diagnosis;

/// <summary>For each TLS fault, evidence that shows it and evidence like it that does not.</summary>
public static class TlsFaultCases
{
    public const string Wanted = "b.example";
    public const string Other = "a.example";

    public static FaultCases.Case[] All { get; } =
    [
        new("TlsNotSpoken", PathLayer.Tls,
            s => [Result(s, Ended(TlsOutcome.NotTls) with { ReceivedText = "SSH-2.0-x", BytesReceived = 9, Reason = "a record cannot be of type 83" })],
            s => [Result(s, Ended(TlsOutcome.NotTls) with { ReceivedText = "HTTP/1.1 403 Blocked", BytesReceived = 20 }, Completed(Other) with { IsControl = true })]),
        new("TlsServerNameBlocked", PathLayer.Tls,
            s => [Result(s, Ended(TlsOutcome.Reset), Again(TlsOutcome.Reset), Completed(Other) with { IsControl = true })],
            s => [Result(s, Ended(TlsOutcome.Reset), Completed(Wanted) with { IsRepetition = true }, Completed(Other) with { IsControl = true })]),
        new("TlsHandshakeStalled", PathLayer.Tls,
            s => [Result(s, Ended(TlsOutcome.TimedOut), Again(TlsOutcome.TimedOut), Nameless(TlsOutcome.TimedOut))],
            s => [Result(s, Ended(TlsOutcome.TimedOut), Again(TlsOutcome.TimedOut), Completed(null) with { IsControl = true, CertificateName = null, CoversName = null })]),
        new("TlsServerNameRejected", PathLayer.Tls,
            s => [Result(s, Alert("handshake_failure", 40), Completed(Other) with { IsControl = true })],
            s => [Result(s, Alert("handshake_failure", 40), Alert("handshake_failure", 40) with { ServerName = null, IsControl = true })]),
        new("TlsServerNameMismatch", PathLayer.Tls,
            s => [Result(s, Completed(Wanted) with { CoversName = false })],
            s => [Result(s, Completed(Wanted), Completed(null) with { IsControl = true, CertificateName = null, CoversName = null })]),
        new("TlsCertificateInvalid", PathLayer.Tls,
            s => [Result(s, Invalid(Completed(Wanted)))],
            s => [Result(s, Completed(Wanted), Invalid(Completed(Other)) with { IsControl = true })]),
    ];

    /// <summary>A result above an open port.</summary>
    public static TlsServerNameResult Result(Scene s, params TlsHandshake[] handshakes) => new()
    {
        ComputerName = "web1",
        NetNamespace = "blue",
        ObservedAt = Scene.Noon.AddSeconds(1),
        RemoteAddress = s.Target,
        RemotePort = 443,
        Protocol = TransportProtocol.Tcp,
        TargetName = s.Target,
        TcpPath = s.Open(),
        TimeoutSeconds = 2,
        TrustSource = "system",
        CaptureStatus = CaptureStatus.Complete,
        Handshakes = handshakes,
    };

    public static TlsHandshake Completed(string? name) => new()
    {
        ServerName = name,
        CertificateName = name,
        Outcome = TlsOutcome.Completed,
        Reached = TlsStage.Finished,
        TlsVersion = "TLS 1.3",
        CipherSuite = "TLS_AES_256_GCM_SHA384",
        CoversName = true,
        ClientHelloBytes = 286,
        BytesReceived = 1400,
        Certificate = new TlsCertificate
        {
            Subject = "CN=a.example",
            SubjectAlternativeNames = ["a.example", "*.wild.example"],
            SubjectAlternativeNameCount = 2,
            Issuer = "CN=Some authority",
            NotBefore = Scene.Noon.AddDays(-10),
            NotAfter = Scene.Noon.AddDays(10),
            Chain = ["CN=a.example", "CN=Some authority"],
        },
    };

    public static TlsHandshake Ended(TlsOutcome outcome) => new()
    {
        ServerName = Wanted,
        CertificateName = Wanted,
        Outcome = outcome,
        Reached = TlsStage.AfterClientHello,
        ClientHelloBytes = 286,
        BytesSent = 286,
        IsAcknowledged = outcome == TlsOutcome.TimedOut ? true : null,
    };

    public static TlsHandshake Again(TlsOutcome outcome) => Ended(outcome) with { IsRepetition = true };

    public static TlsHandshake Nameless(TlsOutcome outcome) => Ended(outcome) with { ServerName = null, CertificateName = null, IsControl = true };

    public static TlsHandshake Alert(string name, int code) => Ended(TlsOutcome.Alert) with
    {
        Alert = name,
        BytesReceived = 7,
        Alerts = [new TlsAlert { IsFromPeer = true, IsFatal = true, Code = code, Name = name, OffsetMilliseconds = 0.4 }],
    };

    public static TlsHandshake Invalid(TlsHandshake handshake) => handshake with
    {
        Certificate = handshake.Certificate! with
        {
            NotAfter = Scene.Noon.AddDays(-1),
            ChainStatus = ["NotTimeValid"],
            ChainErrors = ["it is not valid at this time (CN=a.example)"],
        },
    };
}
