using System.Globalization;
using PacketPath.Diagnosis;

namespace PacketPath.Reporting;

/// <summary>The datagrams of a question for QUIC: the handshakes or the version negotiation, and the controls.</summary>
internal static class QuicTimeline
{
    /// <summary>Its timeline.</summary>
    public static Timeline Of(QuicPathResult result) => new()
    {
        Heading = "QUIC",
        Title = $"The datagrams of the question for QUIC to {StatusWords.Target(result)}",
        Local = result.LocalAddress is { } local ? TargetKey.Text(local, result.LocalPort) : "",
        PeerName = "server",
        Peer = StatusWords.Target(result),
        PeerAddress = result.RemoteAddress,
        Events = [.. Events(result)],
        Outcome = result.UdpOutcome switch
        {
            QuicUdpOutcome.Answered => result.Handshake is { } shake ? $"{shake}" : $"QUIC answers: {(result.Versions.Length == 0 ? "a handshake" : string.Join(", ", result.Versions))}",
            QuicUdpOutcome.Silent => "no answer in time",
            _ => result.SocketError ?? result.UdpOutcome.ToString(),
        },
    };

    private static IEnumerable<TimelineEvent> Events(QuicPathResult result)
    {
        foreach (var shake in new[] { result.Handshake, result.ControlHandshake }.OfType<QuicHandshake>())
        {
            var answered = shake.RttMilliseconds is not null;
            yield return Out(result, "Initial, ClientHello", shake.ServerName ?? "no server name", answered || result.ErrorQueue.Length > 0 || result.SocketError is not null);
            if (answered)
            {
                var closed = shake.Outcome == QuicHandshakeOutcome.Closed;
                yield return new(shake.RttMilliseconds, closed ? "CONNECTION_CLOSE" : shake.Outcome.ToString(), closed ? shake.Alert ?? shake.ErrorName ?? "" : shake.CipherSuite ?? "", result.RemoteAddress, false, closed ? TimelineEnd.Refuses : TimelineEnd.Arrives);
            }
        }

        if (result.Handshake is null)
        {
            yield return Out(result, "a version that nobody speaks", "1200 bytes", result.UdpOutcome != QuicUdpOutcome.Silent);
            if (result.QuicAnswered)
            {
                yield return new(result.RttMilliseconds, "Version Negotiation", string.Join(", ", result.Versions), result.RemoteAddress, false, TimelineEnd.Arrives);
            }
        }

        foreach (var report in result.ErrorQueue.Where(e => !e.OffenderIsLocal || e.Offender == result.RemoteAddress))
        {
            yield return new(report.OffsetMilliseconds, $"ICMP {report.Type}/{report.Code}", report.Meaning, report.Offender, false, TimelineEnd.Arrives);
        }

        foreach (var control in result.Controls)
        {
            yield return Out(result, string.Create(CultureInfo.InvariantCulture, $"control to port {control.Port}"), string.Create(CultureInfo.InvariantCulture, $"{control.Size} bytes"), control.From is not null);
            if (control.From is { } from)
            {
                yield return new(control.RttMilliseconds, "ICMP", $"{control.Outcome}, to the control", from, false, TimelineEnd.Arrives);
            }
        }
    }

    private static TimelineEvent Out(QuicPathResult result, string what, string details, bool isAnswered) =>
        new(null, what, details, result.RemoteAddress, true, result.FailedCall is not null ? TimelineEnd.NeverLeft : isAnswered ? TimelineEnd.Arrives : TimelineEnd.Unanswered);
}
