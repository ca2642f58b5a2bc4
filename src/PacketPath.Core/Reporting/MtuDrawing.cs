using System.Globalization;

namespace PacketPath.Reporting;

/// <summary>A path MTU probe, drawn: the ladder of sizes, and the path as a pipe that narrows.</summary>
internal sealed class MtuDrawing(HtmlWriter html, MtuProbeResult probe)
{
    private const int Width = 1120;
    private const int RungHeight = 26;
    private const int BarLeft = 90;
    private const int BarMost = 520;
    private const int MostRungs = 16;
    private const int MostHops = 9;

    private bool Passes(IGrouping<int, MtuProbePacket> rung) => rung.Any(static p => p.Result == MtuPacketResult.Passed);

    /// <summary>Writes the drawing.</summary>
    public void Write()
    {
        html.Html($"<h3>Packet sizes</h3>\n<p class=\"meta\">{Headline()}, by {probe.Method}, {probe.PacketsSent} packets in {StatusWords.Milliseconds(probe.ElapsedMilliseconds)}.</p>\n");
        Ladder();
        Pipe();
    }

    private string Headline() => probe switch
    {
        { Outcome: MtuOutcome.Clear } => $"The path carries {probe.PathMtu} bytes, all that the interface sends",
        { Outcome: MtuOutcome.Reduced } => $"The path carries {probe.PathMtu} bytes of {probe.InterfaceMtu}, and a router says so",
        { Outcome: MtuOutcome.BlackHole, LimitDirection: MtuDirection.Reverse } => $"The way back carries {probe.ReversePathMtu} bytes, and nothing says so",
        { Outcome: MtuOutcome.BlackHole } => $"The path carries {probe.PathMtu} bytes of {probe.InterfaceMtu}, and nothing says so: a black hole",
        { Outcome: MtuOutcome.LocalLimit } => $"This host limits what it sends; the path carries {probe.PathMtu} bytes",
        { Outcome: MtuOutcome.Unreachable } => "No size reaches the target",
        _ => "The answers do not tell what the path carries",
    };

    private void Ladder()
    {
        var rungs = probe.Probes.Where(static p => p.Ttl == 0 && p.Size > 0).GroupBy(static p => p.Size).OrderByDescending(static g => g.Key).ToArray();
        if (rungs.Length == 0)
        {
            return;
        }

        // The sizes about the edge say most.
        var edge = Math.Max(0, Array.FindIndex(rungs, Passes));
        rungs = [.. rungs.Select(static (rung, i) => (rung, i)).OrderBy(r => r.i == 0 ? -1 : Math.Abs((2 * (r.i - edge)) + 1)).Take(MostRungs).OrderBy(static r => r.i).Select(static r => r.rung)];
        var most = rungs[0].Key;
        var height = (rungs.Length * RungHeight) + 12;
        var id = html.NextDrawing();
        html.Html($"<div class=\"drawing\"><svg viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-labelledby=\"d{id}t d{id}d\">\n");
        html.Html($"<title id=\"d{id}t\">Packet sizes tried on the way to {probe.RemoteAddress}</title>\n<desc id=\"d{id}d\">");
        foreach (var rung in rungs)
        {
            html.Html($"{rung.Key} bytes: {Words(rung).Text}. ");
        }

        html.Html($"</desc>\n");
        for (var i = 0; i < rungs.Length; i++)
        {
            var (tone, text) = Words(rungs[i]);
            var y = 6 + (i * RungHeight);
            var width = Math.Max(3, BarMost * (double)rungs[i].Key / most);
            html.Html($"<text class=\"size\" x=\"{BarLeft - 12}\" y=\"{y + 17}\">{rungs[i].Key}</text><rect class=\"bar {tone}\" x=\"{BarLeft}\" y=\"{y + 3}\" width=\"{width}\" height=\"{RungHeight - 8}\" rx=\"3\"/>");
            html.Html($"<text class=\"line\" x=\"{BarLeft + BarMost + 16}\" y=\"{y + 17}\">{StatusWords.Mark(tone)} {text}</text>\n");
        }

        html.Html($"</svg></div>\n");
    }

    private (string Tone, string Text) Words(IGrouping<int, MtuProbePacket> rung)
    {
        if (Passes(rung))
        {
            var passed = rung.Where(static p => p.Result == MtuPacketResult.Passed).ToArray();
            var trip = passed.Select(static p => p.RttMilliseconds).OfType<double>().DefaultIfEmpty(-1).Min();
            return ("ok", $"passed by {string.Join(" and ", passed.Select(static p => p.Method).Distinct())}{(trip < 0 ? "" : ", " + StatusWords.Milliseconds(trip))}");
        }

        if (probe.PacketTooBig.FirstOrDefault(t => t.SentSize == rung.Key && t.Judgement != PacketTooBigJudgement.Missing) is { } report)
        {
            var lie = report.Judgement == PacketTooBigJudgement.Contradictory ? ", not true" : "";
            return ("unknown", string.Create(CultureInfo.InvariantCulture, $"too big: {report.From} says {report.Mtu}{lie}"));
        }

        return rung.First().Result switch
        {
            MtuPacketResult.LocalLimit => ("off", "refused by this host for its size"),
            MtuPacketResult.LocalError => ("off", $"refused by this host: {probe.SocketError}"),
            MtuPacketResult.Unreachable => ("bad", $"unreachable, says {rung.First().From ?? "the target"}"),
            MtuPacketResult.Unfinished => ("off", "not waited for"),
            _ => ("bad", rung.Count() == 1 ? "lost" : string.Create(CultureInfo.InvariantCulture, $"lost {rung.Count()} times")),
        };
    }

    private void Pipe()
    {
        var hops = probe.Hops.OrderBy(static h => h.Ttl).ToArray();
        if (hops.Length is 0 or > MostHops)
        {
            return;
        }

        const int Middle = 56;
        var step = (Width - 160) / (double)hops.Length;
        var id = html.NextDrawing();
        html.Html($"<div class=\"drawing\"><svg viewBox=\"0 0 {Width} 128\" role=\"img\" aria-labelledby=\"d{id}t\">\n<title id=\"d{id}t\">The path as a pipe: how much each part carries</title>\n");
        for (var i = 0; i < hops.Length; i++)
        {
            var carries = i == 0 ? probe.InterfaceMtu > 0 ? probe.InterfaceMtu : null : hops[i - 1].MtuAfter;
            var hole = probe.BlackHoleHop is { } h && hops[i].Ttl > h.LastGoodTtl && hops[i].Ttl <= h.FirstBadTtl;
            Part(80 + (i * step), step, Middle, carries ?? (hole ? probe.PathMtu : null), hole);
        }

        Hop(80, Middle, "this host", null, isBad: false);
        for (var i = 0; i < hops.Length; i++)
        {
            Hop(80 + ((i + 1) * step), Middle, hops[i].Address ?? "*", hops[i].IsTarget ? "target" : $"hop {hops[i].Ttl}", probe.BlackHoleHop?.FirstBadTtl == hops[i].Ttl);
        }

        html.Html($"</svg></div>\n");
    }

    private void Part(double x, double width, int middle, int? carries, bool isHole)
    {
        var full = Math.Max(probe.InterfaceMtu, 1);
        // A pipe that carries half would hardly look narrower at true scale: the difference is drawn three times as large.
        var share = carries is { } mtu ? Math.Clamp(1 - (3 * (1 - ((double)mtu / full))), 0.25, 1) : 0.25;
        var height = 34 * share;
        var tone = isHole ? "bad" : carries is null ? "off" : carries < full ? "unknown" : "ok";
        html.Html($"<rect class=\"pipe {tone}\" x=\"{x}\" y=\"{middle - (height / 2)}\" width=\"{width}\" height=\"{height}\"/>");
        html.Html($"<text class=\"label {tone}\" x=\"{x + (width / 2)}\" y=\"24\">{(isHole ? "✕ " : "")}{carries?.ToString(CultureInfo.InvariantCulture) ?? "?"}</text>\n");
    }

    private void Hop(double x, int y, string name, string? role, bool isBad)
    {
        html.Html($"<circle class=\"node {(isBad ? "bad" : "plain")}\" cx=\"{x}\" cy=\"{y}\" r=\"11\"/><text class=\"label\" x=\"{x}\" y=\"{y + 42}\">{TextLines.Cut(name, 40)}</text>");
        if (role is not null)
        {
            html.Html($"<text class=\"caption mid\" x=\"{x}\" y=\"{y + 60}\">{role}</text>");
        }

        html.Html($"\n");
    }
}
