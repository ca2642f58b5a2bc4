using System.Globalization;
using PacketPath.Diagnosis;

namespace PacketPath.Reporting;

/// <summary>The packets of one connection attempt, drawn from the top down: what left, what came back, what did not.</summary>
internal sealed class TimelineDrawing
{
    private const int Width = 1120;
    private const int HostX = 190;
    private const int TargetX = 960;
    private const int Top = 64;
    private const int Row = 44;
    private const int MostEvents = 40;

    private readonly HtmlWriter _html;
    private readonly SynPathResult _probe;
    private readonly Dictionary<string, int> _between;
    private readonly Event[] _events;

    public TimelineDrawing(HtmlWriter html, SynPathResult probe)
    {
        _html = html;
        _probe = probe;
        _events = [.. Events(probe).OrderBy(static e => e.At).Take(MostEvents)];
        var routers = _events.Where(e => !e.IsOut && e.Peer != probe.RemoteAddress).Select(static e => e.Peer).Distinct().Take(4).ToArray();
        _between = routers.Select((address, i) => (address, X: HostX + ((TargetX - HostX) * (i + 1) / (routers.Length + 1)))).ToDictionary(static r => r.address, static r => r.X);
    }

    private enum End
    {
        Arrives,
        Unanswered,
        Unseen,
        NeverLeft,
    }

    /// <summary>Writes the drawing.</summary>
    public void Write()
    {
        _html.Html($"<h3>Packets of the attempt</h3>\n");
        if (_events.Length == 0)
        {
            _html.Html($"<p class=\"meta\">{NothingSeen()}</p>\n");
            return;
        }

        var height = Top + (_events.Length * Row) + 40;
        var id = _html.NextDrawing();
        _html.Html($"<div class=\"drawing\"><svg viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-labelledby=\"d{id}t d{id}d\">\n");
        _html.Html($"<title id=\"d{id}t\">The packets of the attempt on {StatusWords.Target(_probe)}</title>\n<desc id=\"d{id}d\">");
        foreach (var item in _events)
        {
            _html.Html($"{StatusWords.Milliseconds(item.At)}: {item.What}{(item.IsOut ? " out" : $" from {item.Peer}")}, {Words(item.End)}. ");
        }

        _html.Html($"Outcome: {_probe.Outcome}.</desc>\n");
        Line(HostX, height, "this host", _probe.LocalAddress is { } local ? TargetKey.Text(local, _probe.LocalPort) : "");
        Line(TargetX, height, "target", StatusWords.Target(_probe));
        foreach (var (address, x) in _between)
        {
            Line(x, height, "router", address);
        }

        for (var i = 0; i < _events.Length; i++)
        {
            Draw(_events[i], Top + 26 + (i * Row));
        }

        _html.Html($"<text class=\"line\" x=\"{HostX}\" y=\"{height - 10}\" text-anchor=\"middle\">{Outcome()}</text>\n</svg></div>\n");
    }

    private static IEnumerable<Event> Events(SynPathResult probe)
    {
        var answered = probe.Replies.Length > 0 || probe.ErrorQueue.Any(static e => !e.OffenderIsLocal) || probe.Outcome is SynOutcome.Open or SynOutcome.Refused;
        foreach (var syn in probe.Syns)
        {
            yield return new Event(syn.OffsetMilliseconds, Name(syn), Details(syn), probe.RemoteAddress, true, answered ? End.Arrives : End.Unanswered);
        }

        if (probe.Syns.Length == 0 && probe.CaptureStatus == CaptureStatus.Complete && probe.Outcome is not (SynOutcome.Open or SynOutcome.LocalError))
        {
            yield return new Event(0, "SYN", $"not seen on {probe.InterfaceAlias ?? "the interface"}", probe.RemoteAddress, true, End.NeverLeft);
        }

        foreach (var reply in probe.Replies)
        {
            yield return new Event(reply.OffsetMilliseconds, Name(reply), Details(reply), reply.From, false, probe.Outcome == SynOutcome.NoReply ? End.Unseen : End.Arrives);
        }

        foreach (var answer in probe.LocalResponses)
        {
            yield return new Event(answer.OffsetMilliseconds, Name(answer), "this host's answer", probe.RemoteAddress, true, End.Arrives);
        }

        foreach (var report in probe.ErrorQueue.Where(e => !e.OffenderIsLocal && !Array.Exists(probe.Replies, r => r.Kind == SynPacketKind.IcmpError)))
        {
            yield return new Event(report.OffsetMilliseconds, $"ICMP {report.Type}/{report.Code}", report.Meaning, report.Offender, false, End.Arrives);
        }
    }

    private static string Name(SynPacket packet) => packet.Kind switch
    {
        SynPacketKind.Syn => "SYN",
        SynPacketKind.SynAck => "SYN-ACK",
        SynPacketKind.Reset => "RST",
        SynPacketKind.IcmpError => $"ICMP {packet.IcmpType}/{packet.IcmpCode}",
        _ => packet.Flags ?? "packet",
    };

    private static string Details(SynPacket packet) =>
        string.Create(CultureInfo.InvariantCulture, $"TTL {packet.Ttl}{(packet.Mss is { } mss ? $", MSS {mss}" : "")}{(packet.InterfaceAlias is { } link ? $", {link}" : "")}");

    private static string Words(End end) => end switch
    {
        End.Unanswered => "unanswered",
        End.Unseen => "never reached the socket",
        End.NeverLeft => "never left this host",
        _ => "seen",
    };

    private string NothingSeen() => _probe.CaptureStatus switch
    {
        CaptureStatus.NotRequested => "No capture was asked for, so there are no packets to show.",
        CaptureStatus.Unavailable => "No capture could be had, so there are no packets to show.",
        _ => $"No packet was made: the attempt ended as {_probe.Outcome}{(_probe.SocketError is { } error ? $" ({error})" : "")}.",
    };

    private string Outcome() => _probe.Outcome switch
    {
        SynOutcome.Open => "connected",
        SynOutcome.NoReply => string.Create(CultureInfo.InvariantCulture, $"gave up after {_probe.TimeoutSeconds:0.##} s"),
        _ => _probe.SocketError ?? _probe.Outcome.ToString(),
    };

    private void Line(int x, int height, string name, string address)
    {
        _html.Html($"<text class=\"label\" x=\"{x}\" y=\"20\">{name}</text><text class=\"caption mid\" x=\"{x}\" y=\"40\">{TextLines.Cut(address, 46)}</text>");
        _html.Html($"<path class=\"life\" d=\"M{x} 52V{height - 28}\"/>\n");
    }

    private void Draw(Event item, int y)
    {
        var peer = _between.TryGetValue(item.Peer, out var x) ? x : TargetX;
        var (from, to) = item.IsOut ? (HostX, peer) : (peer, HostX);
        var way = Math.Sign(to - from);
        var stop = item.End switch
        {
            End.Unanswered => from + (way * Math.Abs(to - from) * 3 / 4),
            End.Unseen => to - (way * 60),
            End.NeverLeft => from + (way * 60),
            _ => to,
        };
        var tone = item.End == End.Arrives ? item.What switch { "RST" => "bad", _ when item.What.StartsWith("ICMP", StringComparison.Ordinal) => "unknown", _ => "ok" } : "bad";
        _html.Html($"<text class=\"time\" x=\"12\" y=\"{y + 4}\">{StatusWords.Milliseconds(item.At)}</text>");
        _html.Html($"<path class=\"arrow {tone}\" d=\"M{from} {y}H{stop}\"/>");
        if (item.End == End.Arrives)
        {
            _html.Html($"<path class=\"fill-{tone}\" d=\"M{stop - (12 * way)} {y - 6}L{stop} {y}L{stop - (12 * way)} {y + 6}Z\"/>");
        }
        else
        {
            _html.Html($"<path class=\"cross\" d=\"M{stop - 7} {y - 7}L{stop + 7} {y + 7}M{stop - 7} {y + 7}L{stop + 7} {y - 7}\"/>");
        }

        var note = item.End == End.Arrives ? "" : $", {Words(item.End)}";
        var middle = item.End == End.NeverLeft ? from + (way * 90) : (from + to) / 2;
        _html.Html($"<text class=\"packet{(item.End == End.NeverLeft ? " start" : "")}\" x=\"{middle}\" y=\"{y - 9}\">{item.What} · {TextLines.Cut(item.Details, 60)}{note}</text>\n");
    }

    private sealed record Event(double At, string What, string Details, string Peer, bool IsOut, End End);
}
