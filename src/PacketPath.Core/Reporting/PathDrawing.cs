namespace PacketPath.Reporting;

/// <summary>The path of one target, drawn: each stage with its mark, and where the path broke.</summary>
internal sealed class PathDrawing(HtmlWriter html, PacketTrace trace)
{
    private const int CalloutLeft = 36;
    private const int CalloutRight = 840;
    private const int CalloutTop = 126;
    private const int CalloutBottom = 216;
    private const int LineWidth = 118;

    private readonly PathLayout.Spot[] _spots = PathLayout.Place(trace.Stages);
    private readonly string _tone = StatusWords.Tone(trace.Verdict);

    /// <summary>Writes the drawing.</summary>
    public void Write()
    {
        if (_spots.Length == 0)
        {
            return;
        }

        var id = html.NextDrawing();
        html.Html($"<div class=\"drawing\"><svg viewBox=\"0 0 {PathLayout.Width} {PathLayout.Height}\" role=\"img\" aria-labelledby=\"d{id}t d{id}d\">\n");
        html.Html($"<title id=\"d{id}t\">The path to {StatusWords.Target(trace)}: {Title()}</title>\n<desc id=\"d{id}d\">");
        foreach (var stage in trace.Stages)
        {
            html.Html($"{stage.Name}: {StatusWords.Words(stage.Status)}. ");
        }

        html.Html($"</desc>\n");
        Places();
        Ways();
        Callout();
        foreach (var spot in _spots)
        {
            Node(spot);
        }

        html.Html($"</svg></div>\n");
    }

    private PathLayout.Spot? Fault => _spots.Where(static s => s.Stage.Status == TraceStageStatus.Fault).Select(static s => (PathLayout.Spot?)s).FirstOrDefault();

    private string Title() => Fault is { } fault ? $"broken at {fault.Stage.Name}"
        : _tone == "ok" ? "in order"
        : trace.Verdict.FaultId == "Indeterminate" ? "nobody can tell from this evidence" : trace.Verdict.FaultId;

    private void Places()
    {
        html.Html($"<rect class=\"place\" x=\"6\" y=\"8\" width=\"{PathLayout.HostRight - 6}\" height=\"{PathLayout.Height - 16}\" rx=\"12\"/>");
        html.Html($"<text class=\"caption\" x=\"22\" y=\"32\">{TextLines.Cut(StatusWords.Place(trace.ComputerName, trace.NetNamespace), 80)}</text>\n");
        html.Html($"<rect class=\"place net\" x=\"{PathLayout.NetworkLeft}\" y=\"8\" width=\"{PathLayout.NetworkRight - PathLayout.NetworkLeft}\" height=\"{PathLayout.Height - 16}\" rx=\"12\"/>");
        html.Html($"<text class=\"caption mid\" x=\"{(PathLayout.NetworkLeft + PathLayout.NetworkRight) / 2}\" y=\"32\">network</text>\n");
        html.Html($"<rect class=\"place\" x=\"{PathLayout.FarLeft}\" y=\"8\" width=\"{PathLayout.Width - PathLayout.FarLeft - 6}\" height=\"{PathLayout.Height - 16}\" rx=\"12\"/>");
        html.Html($"<text class=\"caption mid\" x=\"1062\" y=\"32\">{(trace.Kind == TraceKind.Listening ? "client" : "far host")}</text>\n");
    }

    private void Ways()
    {
        for (var i = 1; i < _spots.Length; i++)
        {
            html.Html($"<path class=\"way {WayTone(i)}\" d=\"{PathLayout.Way(_spots[i - 1], _spots[i])}\"/>\n");
        }

        Arrow(PathLayout.TopLane, 1);
        Arrow(PathLayout.BottomLane, -1);
    }

    // Behind the break nothing of this packet went on, in whatever order the stages there are.
    private string WayTone(int to) => Array.FindIndex(_spots, static s => s.Stage.Status == TraceStageStatus.Fault) is >= 0 and var broken && to > broken
        ? "off"
        : StatusWords.Tone(_spots[to].Stage.Status);

    private void Arrow(int lane, int way)
    {
        var next = Array.Find(_spots, s => s.Y == lane && (way > 0 ? s.X > PathLayout.HostRight : s.X < PathLayout.HostRight));
        if (next.Stage is not null)
        {
            var x = PathLayout.HostRight + 6;
            html.Html($"<path class=\"fill-{WayTone(Array.IndexOf(_spots, next))}\" d=\"M{x - (7 * way)} {lane - 7}L{x + (7 * way)} {lane}L{x - (7 * way)} {lane + 7}Z\"/>\n");
        }
    }

    private void Callout()
    {
        var (head, text) = Words();
        if (Fault is { } fault)
        {
            var isBeside = fault.X > CalloutRight;
            var edge = fault.Y < CalloutTop ? CalloutTop : CalloutBottom;
            html.Html($"<path class=\"lead\" d=\"{(isBeside ? $"M{fault.X} {fault.Y}L{CalloutRight} {(CalloutTop + CalloutBottom) / 2}" : $"M{fault.X} {fault.Y}V{edge}")}\"/>\n");
        }

        html.Html($"<rect class=\"callout {_tone}\" x=\"{CalloutLeft}\" y=\"{CalloutTop}\" width=\"{CalloutRight - CalloutLeft}\" height=\"{CalloutBottom - CalloutTop}\" rx=\"10\"/>\n");
        var lines = TextLines.Wrap(DisplayText.Clean(text), LineWidth, 2);
        var y = CalloutTop + (lines.Count > 1 ? 34 : 42);
        html.Html($"<text class=\"head {_tone}\" x=\"{CalloutLeft + 20}\" y=\"{y}\">{head}</text>\n");
        y += 24;
        foreach (var line in lines)
        {
            html.Html($"<text class=\"line\" x=\"{CalloutLeft + 20}\" y=\"{y}\">{line}</text>\n");
            y += 20;
        }
    }

    private (string Head, string Text) Words()
    {
        var last = trace.Stages.TakeWhile(static s => s.Status != TraceStageStatus.Fault).LastOrDefault(static s => s.Status == TraceStageStatus.Cleared);
        var known = last is null ? "" : $"In order up to {last.Name}: {last.Observation}";
        var sure = trace.Verdict.Confidence == Confidence.Proven ? "proven" : trace.Verdict.Confidence.ToString().ToLowerInvariant();
        return Fault is { } fault ? ($"✕ Broken at {fault.Stage.Name}: {trace.Verdict.FaultId}, {sure}", known.Length > 0 ? known : "Nothing before it was looked at.")
            : _tone == "ok" ? ("✓ Everything asked about is in order", trace.Verdict.Summary)
            : ("? This evidence cannot decide", trace.Verdict.Summary);
    }

    private void Node(PathLayout.Spot spot)
    {
        var tone = StatusWords.Tone(spot.Stage.Status);
        var isFault = spot.Stage.Status == TraceStageStatus.Fault;
        html.Html($"<g><title>{spot.Stage.Name}: {StatusWords.Words(spot.Stage.Status)}. {spot.Stage.Observation}</title>");
        if (isFault)
        {
            html.Html($"<circle class=\"halo\" cx=\"{spot.X}\" cy=\"{spot.Y}\" r=\"27\"/>");
        }

        html.Html($"<circle class=\"node {tone}\" cx=\"{spot.X}\" cy=\"{spot.Y}\" r=\"{(isFault ? 20 : 13)}\"/>");
        Glyph(tone, spot.X, spot.Y, isFault ? 8 : 5);
        var below = spot.Y >= PathLayout.BottomLane;
        var y = below ? spot.Y + (isFault ? 44 : 34) : spot.Y - (isFault ? 33 : 22);
        // The far host stands alone in a place that bears its name.
        var name = spot.Stage.Layer == PathLayer.RemoteHost && !isFault ? "" : spot.Stage.Name;
        html.Html($"<text class=\"label {tone}\" x=\"{spot.X}\" y=\"{y}\">{name}</text></g>\n");
    }

    private void Glyph(string tone, int x, int y, int size)
    {
        switch (tone)
        {
            case "ok":
                html.Html($"<path class=\"glyph\" d=\"M{x - size} {y}L{x - (size / 3)} {y + size - 1}L{x + size} {y - size + 1}\"/>");
                break;
            case "bad":
                html.Html($"<path class=\"glyph thick\" d=\"M{x - size} {y - size}L{x + size} {y + size}M{x - size} {y + size}L{x + size} {y - size}\"/>");
                break;
            case "unknown":
                html.Html($"<text class=\"question\" x=\"{x}\" y=\"{y + 5}\">?</text>");
                break;
        }
    }
}
