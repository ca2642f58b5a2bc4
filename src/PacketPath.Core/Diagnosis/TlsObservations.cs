namespace PacketPath.Diagnosis;

/// <summary>Turns TLS handshakes into sentences.</summary>
internal static class TlsObservations
{
    private const string Source = "TLS handshake";
    private const string RecordSource = "TLS records on the wire";
    private const int MostNames = 5;

    /// <summary>What a healthy result shows; null where any handshake asked for did not end well.</summary>
    public static ApplicationAnswer? Answer(TlsServerNameResult result)
    {
        var asked = result.Handshakes.Where(static h => h is { IsControl: false, IsRepetition: false }).ToArray();
        if (asked.Length == 0 || Array.Exists(asked, static h => h.Outcome != TlsOutcome.Completed || h.CoversName == false || h.Certificate is not { ChainErrors.Length: 0 }))
        {
            return null;
        }

        var names = string.Join(", ", asked.Select(static h => h.CertificateName ?? "no name at all").Distinct().Take(MostNames));
        return new ApplicationAnswer(
            PathLayer.Tls, $"the {asked[0].TlsVersion} handshake for {names} completed with a valid certificate, {Served(asked[0])}{(asked[0].ClientCertificateRequested ? "; it asks for a client certificate" : "")}", Source, result.ObservedAt);
    }

    /// <summary>The name asked for, as a sentence names it.</summary>
    public static string Name(TlsHandshake handshake) =>
        handshake.ServerName is { } name ? $"the server name {name}" : "no server name";

    /// <summary>One sentence on each of the first handshakes.</summary>
    public static IEnumerable<FailureEvidence> Told(TlsServerNameResult result) => result.Handshakes.Take(MostNames).Select(h => Told(result, h));

    /// <summary>One sentence on a handshake.</summary>
    public static FailureEvidence Told(TlsServerNameResult result, TlsHandshake handshake, bool refutes = false)
    {
        var role = handshake.IsControl ? "for comparison, " : handshake.IsRepetition ? "tried again, " : "";
        var text = $"{role}a ClientHello of {Describe.Text($"{handshake.ClientHelloBytes}")} bytes with {Name(handshake)} {Fate(handshake)}{(handshake.ClientCertificateRequested ? "; the peer asks for a client certificate" : "")}";
        return refutes ? Observations.Refutes(text, Source, result.ObservedAt) : Observations.Supports(text, Source, result.ObservedAt);
    }

    /// <summary>The alert that the peer sent; null where it sent none.</summary>
    public static FailureEvidence? Alert(TlsServerNameResult result, TlsHandshake handshake) =>
        handshake.Alerts.FirstOrDefault(static a => a is { IsFromPeer: true, IsFatal: true }) is not { } alert ? null
        : Observations.Supports(Describe.Text($"the peer sent the fatal alert {alert.Name} ({alert.Code}) {alert.OffsetMilliseconds:0.##} ms after the ClientHello"), RecordSource, result.ObservedAt);

    /// <summary>The certificate that was served; null where none was.</summary>
    public static FailureEvidence? Certificate(TlsServerNameResult result, TlsHandshake handshake) => handshake.Certificate is not { } certificate ? null
        : Observations.Supports(
            Describe.Text($"the certificate served is {Served(handshake)}, issued by {certificate.Issuer}, valid from {certificate.NotBefore:yyyy-MM-dd} to {certificate.NotAfter:yyyy-MM-dd}"),
            Source,
            result.ObservedAt);

    /// <summary>Whether the peer's TCP had taken what was sent; null where that is not known.</summary>
    public static FailureEvidence? Acknowledged(TlsServerNameResult result, TlsHandshake handshake) => handshake.IsAcknowledged is not { } acknowledged ? null
        : Observations.Supports(
            acknowledged ? "what was sent was acknowledged: it reached a TCP that answers for the target"
            : Describe.Text($"what was sent was never acknowledged, and was sent {handshake.TcpInfo?.TotalRetransmits ?? 0} times more"),
            "TCP_INFO",
            result.ObservedAt);

    /// <summary>How the TTL of a captured RST compares with that of the SYN-ACK of the same connection; null where either was not captured.</summary>
    public static FailureEvidence? ResetTtl(TlsServerNameResult result, TlsHandshake handshake)
    {
        var reset = handshake.Packets.FirstOrDefault(static p => p.IsFromPeer && p.Flags.Contains("RST", StringComparison.Ordinal));
        var accept = handshake.Packets.FirstOrDefault(static p => p.IsFromPeer && p.Flags.Contains("SYN", StringComparison.Ordinal));
        return reset is null || accept is null ? null
            : reset.Ttl == accept.Ttl
                ? Observations.Refutes(Describe.Text($"the RST came with TTL {reset.Ttl}, as the SYN-ACK did: it may be the target's own"), Observations.CaptureSource, result.ObservedAt)
                : Observations.Supports(Describe.Text($"the RST came with TTL {reset.Ttl}, the SYN-ACK of the same connection with {accept.Ttl}: it was made elsewhere"), Observations.CaptureSource, result.ObservedAt);
    }

    /// <summary>True where a captured RST has another TTL than the SYN-ACK.</summary>
    public static bool IsResetForeign(TlsServerNameResult result, TlsHandshake handshake) => ResetTtl(result, handshake) is { Bearing: EvidenceBearing.Supports };

    /// <summary>The certificate by its names.</summary>
    public static string Served(TlsHandshake handshake)
    {
        if (handshake.Certificate is not { } certificate)
        {
            return "none";
        }

        var names = certificate.SubjectAlternativeNames;
        return names.Length == 0
            ? $"{certificate.Subject}, without alternative names"
            : string.Join(", ", names.Take(MostNames)) + (certificate.SubjectAlternativeNameCount > MostNames ? Describe.Text($" and {certificate.SubjectAlternativeNameCount - MostNames} more") : "");
    }

    /// <summary>What became of a handshake, as the end of a sentence about its ClientHello.</summary>
    public static string Fate(TlsHandshake handshake) => handshake.Outcome switch
    {
        TlsOutcome.Completed => $"is answered: {handshake.TlsVersion}, certificate {Served(handshake)}",
        TlsOutcome.Alert => $"is answered with the alert {handshake.Alert ?? "(encrypted)"}",
        TlsOutcome.Reset => "is answered with a reset" + Where(handshake),
        TlsOutcome.Closed => "is answered by closing the connection" + Where(handshake),
        TlsOutcome.TimedOut when handshake.BytesReceived > 0 => Describe.Text($"gets {handshake.BytesReceived} bytes and then silence") + Where(handshake),
        TlsOutcome.TimedOut => "gets no answer",
        TlsOutcome.NotTls => $"is answered with \"{handshake.ReceivedText}\", which is no TLS",
        TlsOutcome.NotConnected => $"could not be sent: the connection failed ({handshake.SocketError})",
        _ => $"fails here: {handshake.Reason}",
    };

    private static string Where(TlsHandshake handshake) => handshake.Reached switch
    {
        TlsStage.BeforeClientHello => ", before it was sent",
        TlsStage.AfterServerHello => ", after the ServerHello",
        _ => "",
    };
}
