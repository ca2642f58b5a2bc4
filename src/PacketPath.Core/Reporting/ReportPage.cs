using PacketPath.Diagnosis;

namespace PacketPath.Reporting;

/// <summary>The frame of the page: head, overview, and what belongs to no target.</summary>
internal sealed class ReportPage(HtmlWriter html, ReportContent content, ReportOptions options)
{
    /// <summary>Everything before the first case.</summary>
    public void Head()
    {
        var title = options.Title is { Length: > 0 } given ? given : DefaultTitle();
        html.Html($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8"/>
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '
            """);
        html.Html($"{ReportStyle.Hash}");
        html.Html($"""
            '; base-uri 'none'; form-action 'none'"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta name="referrer" content="no-referrer"/>
            <meta name="color-scheme" content="light dark"/>
            <title>{title}</title>
            <style>
            """);
        ReportStyle.Write(html);
        html.Html($"</style>\n</head>\n<body>\n<header class=\"page\">\n<h1><bdi>{title}</bdi></h1>\n<p class=\"meta\">");
        var hosts = Hosts();
        html.Html($"Written {options.WrittenAt:yyyy-MM-dd HH:mm:ss} UTC by PacketPath. {Count(content.Cases.Count, "target")} seen from ");
        html.Html($"{(hosts.Length == 1 ? hosts[0] : Count(hosts.Length, "place"))}.</p>\n");
        Tally();
        html.Html($"</header>\n<main>\n");
        if (content.Cases.Count > 1)
        {
            Overview();
        }
        else if (content.Cases.Count == 0)
        {
            html.Html($"<p class=\"empty\">No trace and no verdict was given: there is nothing to show but the evidence below.</p>\n");
        }
    }

    /// <summary>Everything after the last case.</summary>
    public void Rest()
    {
        if (content.HostState.Count > 0)
        {
            html.Html($"<section class=\"card\">\n<h2>State of the hosts</h2>\n");
            foreach (var place in content.HostState.GroupBy(static e => StatusWords.Place(e.ComputerName, e.NetNamespace)))
            {
                html.Html($"<h3 class=\"named\"><bdi>{place.Key}</bdi></h3>\n");
                new EvidenceTables(html).Write(place);
            }

            html.Html($"</section>\n");
        }

        if (content.Flows.Count > 0)
        {
            Flows();
        }

        if (content.OtherPackets.Count > 0)
        {
            html.Html($"<section class=\"card\">\n<h2>Other captured packets</h2>\n");
            new CaptureDrawing(html, content.OtherPackets).Write();
            html.Html($"</section>\n");
        }

        html.Html($"""
            </main>
            <footer><p>A verdict is what its evidence shows, from where it was made and when. What could not be looked at stands under “Not observed”; it was never taken for broken.</p></footer>
            </body>
            </html>

            """);
    }

    private void Flows()
    {
        html.Html($"""
            <section class="card">
            <h2>Flows between captures</h2>
            <div class="scroll"><table class="overview">
            <thead><tr><th>Flow</th><th>Found</th><th>Seen at</th><th>There</th><th>Back</th><th>Stopped after</th></tr></thead>
            <tbody>

            """);
        foreach (var flow in content.Flows)
        {
            html.Html($"<tr><td><bdi>{flow.Protocol} {TargetKey.Text(flow.SourceAddress, flow.SourcePort)} › {TargetKey.Text(flow.DestinationAddress, flow.DestinationPort)}</bdi></td><td>{flow.Outcome}</td>");
            html.Html($"<td>{string.Join(" › ", flow.Points.Select(static p => p.Name))}</td><td>{flow.ForwardPackets}, {flow.ForwardLost} lost</td><td>{flow.ReplyPackets}, {flow.ReplyLost} lost</td><td>{flow.StoppedAfter}</td></tr>\n");
        }

        html.Html($"</tbody></table></div>\n");
        new EvidenceTables(html).Write(content.Flows);
        html.Html($"</section>\n");
    }

    private static string Count(int number, string noun) => number == 1 ? $"1 {noun}" : $"{number} {noun}s";

    private string[] Hosts() => [.. content.Cases.Select(static c => StatusWords.Place(c.ComputerName, c.NetNamespace))
        .Concat(content.HostState.Select(static e => StatusWords.Place(e.ComputerName, e.NetNamespace))).Distinct()];

    private string DefaultTitle()
    {
        var broken = content.Cases.Count(static c => StatusWords.Tone(c.Verdict) == "bad");
        return content.Cases.Count switch
        {
            0 => "Packet path",
            1 => $"Packet path to {StatusWords.Target(content.Cases[0])}",
            _ => broken == 0 ? $"{content.Cases.Count} packet paths" : $"{content.Cases.Count} packet paths, {broken} broken",
        };
    }

    private void Tally()
    {
        if (content.Cases.Count < 2)
        {
            return;
        }

        html.Html($"<p class=\"tally\">");
        foreach (var (tone, words) in new[] { ("bad", "broken"), ("unknown", "undecided"), ("ok", "healthy") })
        {
            if (content.Cases.Count(c => StatusWords.Tone(c.Verdict) == tone) is > 0 and var number)
            {
                html.Html($"<span class=\"chip {tone}\">{StatusWords.Mark(tone)} {number} {words}</span> ");
            }
        }

        html.Html($"</p>\n");
    }

    private void Overview()
    {
        html.Html($"""
            <section class="card">
            <h2>All targets</h2>
            <div class="scroll"><table class="overview">
            <thead><tr><th>Target</th><th>Path</th><th>Verdict</th><th>Layer</th><th>From</th><th>What is wrong</th></tr></thead>
            <tbody>

            """);
        var number = 0;
        foreach (var trace in content.Cases)
        {
            number++;
            var tone = StatusWords.Tone(trace.Verdict);
            html.Html($"<tr class=\"{tone}\"><td><a href=\"#case-{number}\"><bdi>{StatusWords.Target(trace)}</bdi></a></td><td>");
            PathStrip.Write(html, trace.Stages);
            html.Html($"</td><td><span class=\"chip {tone}\">{StatusWords.Mark(tone)} {trace.Verdict.FaultId}</span></td>");
            html.Html($"<td class=\"short\">{trace.Verdict.Layer}</td><td><bdi>{StatusWords.Place(trace.ComputerName, trace.NetNamespace)}</bdi></td><td>{trace.Verdict.Summary}</td></tr>\n");
        }

        html.Html($"</tbody></table></div>\n</section>\n");
    }
}
