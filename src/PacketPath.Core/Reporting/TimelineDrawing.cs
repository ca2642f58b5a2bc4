using System.Globalization;

namespace PacketPath.Reporting;

/// <summary>What went to and fro, drawn from the top down: what left, what came back, what did not.</summary>
internal sealed class TimelineDrawing
{
    private const int Width = 1120;
    private const int HostX = 190;
    private const int TargetX = 960;
    private const int Top = 64;
    private const int Row = 44;
    private const int MostEvents = 40;

    private readonly HtmlWriter _html;
    private readonly Timeline _timeline;
    private readonly Dictionary<string, int> _between;
    private readonly TimelineEvent[] _events;

    public TimelineDrawing(HtmlWriter html, Timeline timeline)
    {
        _html = html;
        _timeline = timeline;
        _events = [.. timeline.Events.Take(MostEvents)];
        var routers = _events.Where(e => !e.IsOut && e.Peer != timeline.PeerAddress).Select(static e => e.Peer).Distinct().Take(4).ToArray();
        _between = routers.Select((address, i) => (address, X: HostX + ((TargetX - HostX) * (i + 1) / (routers.Length + 1)))).ToDictionary(static r => r.address, static r => r.X);
    }

    /// <summary>Writes the drawing.</summary>
    public void Write()
    {
        _html.Html($"<h3>{_timeline.Heading}</h3>\n");
        if (_events.Length == 0)
        {
            _html.Html($"<p class=\"meta\">{_timeline.Nothing}</p>\n");
            return;
        }

        var height = Top + (_events.Length * Row) + 40;
        var id = _html.NextDrawing();
        _html.Html($"<div class=\"drawing\"><svg viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-labelledby=\"d{id}t d{id}d\">\n");
        _html.Html($"<title id=\"d{id}t\">{_timeline.Title}</title>\n<desc id=\"d{id}d\">");
        foreach (var item in _events)
        {
            _html.Html($"{(item.At is { } at ? StatusWords.Milliseconds(at) + ": " : "")}{item.What}{(item.IsOut ? " out" : $" from {item.Peer}")}, {Words(item.End)}. ");
        }

        _html.Html($"Outcome: {_timeline.Outcome}.</desc>\n");
        Line(HostX, height, "this host", _timeline.Local);
        Line(TargetX, height, _timeline.PeerName, _timeline.Peer);
        foreach (var (address, x) in _between)
        {
            Line(x, height, "router", address);
        }

        for (var i = 0; i < _events.Length; i++)
        {
            Draw(_events[i], Top + 26 + (i * Row));
        }

        var more = _timeline.Events.Count > MostEvents ? string.Create(CultureInfo.InvariantCulture, $"{_timeline.Events.Count - MostEvents} more; ") : "";
        _html.Html($"<text class=\"line\" x=\"{HostX}\" y=\"{height - 10}\" text-anchor=\"middle\">{more}{TextLines.Cut(_timeline.Outcome, 60)}</text>\n</svg></div>\n");
    }

    private static string Words(TimelineEnd end) => end switch
    {
        TimelineEnd.Unanswered => "unanswered",
        TimelineEnd.Unseen => "never reached the socket",
        TimelineEnd.NeverLeft => "never left this host",
        _ => "seen",
    };

    private void Line(int x, int height, string name, string address)
    {
        _html.Html($"<text class=\"label\" x=\"{x}\" y=\"20\">{name}</text><text class=\"caption mid\" x=\"{x}\" y=\"40\">{TextLines.Cut(address, 46)}</text>");
        _html.Html($"<path class=\"life\" d=\"M{x} 52V{height - 28}\"/>\n");
    }

    private void Draw(TimelineEvent item, int y)
    {
        var peer = _between.TryGetValue(item.Peer, out var x) ? x : TargetX;
        var (from, to) = item.IsOut ? (HostX, peer) : (peer, HostX);
        var way = Math.Sign(to - from);
        var stop = item.End switch
        {
            TimelineEnd.Unanswered => from + (way * Math.Abs(to - from) * 3 / 4),
            TimelineEnd.Unseen => to - (way * 60),
            TimelineEnd.NeverLeft => from + (way * 60),
            _ => to,
        };
        var arrives = item.End is TimelineEnd.Arrives or TimelineEnd.Refuses;
        var tone = item.End != TimelineEnd.Arrives ? "bad" : item.What.StartsWith("ICMP", StringComparison.Ordinal) ? "unknown" : "ok";
        if (item.At is { } at)
        {
            _html.Html($"<text class=\"time\" x=\"12\" y=\"{y + 4}\">{StatusWords.Milliseconds(at)}</text>");
        }

        _html.Html($"<path class=\"arrow {tone}\" d=\"M{from} {y}H{stop}\"/>");
        if (arrives)
        {
            _html.Html($"<path class=\"fill-{tone}\" d=\"M{stop - (12 * way)} {y - 6}L{stop} {y}L{stop - (12 * way)} {y + 6}Z\"/>");
        }
        else
        {
            _html.Html($"<path class=\"cross\" d=\"M{stop - 7} {y - 7}L{stop + 7} {y + 7}M{stop - 7} {y + 7}L{stop + 7} {y - 7}\"/>");
        }

        var note = arrives ? "" : $", {Words(item.End)}";
        var middle = item.End == TimelineEnd.NeverLeft ? from + (way * 90) : (from + to) / 2;
        _html.Html($"<text class=\"packet{(item.End == TimelineEnd.NeverLeft ? " start" : "")}\" x=\"{middle}\" y=\"{y - 9}\">{TextLines.Cut(item.What, 60)}{(item.Details.Length > 0 ? $" · {TextLines.Cut(item.Details, 60)}" : "")}{note}</text>\n");
    }
}
