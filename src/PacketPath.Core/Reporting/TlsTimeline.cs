using PacketPath.Diagnosis;

namespace PacketPath.Reporting;

/// <summary>The records of one TLS handshake.</summary>
internal static class TlsTimeline
{
    /// <summary>Its timeline.</summary>
    public static Timeline Of(ApplicationEvidence result, TlsHandshake handshake)
    {
        var name = handshake.ServerName is { } asked ? $"for {asked}" : "without a server name";
        var kind = handshake switch { { IsControl: true } => ", for comparison", { IsRepetition: true } => ", again", { IsLarge: true } => ", with a large ClientHello", _ => "" };
        return new Timeline
        {
            Heading = $"TLS handshake {name}{kind}",
            Title = $"The TLS handshake {name} with {StatusWords.Target(result)}{kind}",
            Local = result.TcpPath?.LocalAddress is { } local ? TargetKey.Text(local, handshake.LocalPort) : "",
            PeerName = "server",
            Peer = StatusWords.Target(result),
            PeerAddress = result.RemoteAddress,
            Events = [.. Events(result.RemoteAddress, handshake)],
            Nothing = $"No record crossed: the handshake ended as {Outcome(handshake)}.",
            Outcome = Outcome(handshake),
        };
    }

    private static IEnumerable<TimelineEvent> Events(string server, TlsHandshake handshake)
    {
        var records = handshake.Records.OrderBy(static r => r.OffsetMilliseconds).ToArray();
        for (var i = 0; i < records.Length; i++)
        {
            var record = records[i];
            var alert = record.ContentType == "alert" ? handshake.Alerts.Where(a => a.IsFromPeer == record.IsFromPeer).MinBy(a => Math.Abs(a.OffsetMilliseconds - record.OffsetMilliseconds)) : null;
            var isLast = !record.IsFromPeer && !Array.Exists(records[i..], static r => r.IsFromPeer);
            yield return new(
                record.OffsetMilliseconds,
                alert is null ? record.Messages ?? record.ContentType : $"alert {alert.Name}",
                string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{record.Length} bytes"),
                server,
                !record.IsFromPeer,
                alert is { IsFatal: true } ? TimelineEnd.Refuses : isLast && handshake.Outcome == TlsOutcome.TimedOut ? TimelineEnd.Unanswered : TimelineEnd.Arrives);
        }

        if (handshake.Outcome is TlsOutcome.Reset or TlsOutcome.Closed)
        {
            yield return new(handshake.HandshakeMilliseconds, handshake.Outcome == TlsOutcome.Reset ? "RST" : "FIN", "the connection ends", server, false, TimelineEnd.Refuses);
        }
    }

    private static string Outcome(TlsHandshake handshake) => handshake.Outcome switch
    {
        TlsOutcome.Completed => string.Join(", ", new[] { "completed", handshake.TlsVersion, handshake.Alpn, handshake.CoversName == false ? "for another name" : null }.OfType<string>()),
        TlsOutcome.TimedOut => "no more came in time",
        _ => handshake.Alert ?? handshake.SocketError ?? handshake.Reason ?? handshake.Outcome.ToString(),
    };
}
