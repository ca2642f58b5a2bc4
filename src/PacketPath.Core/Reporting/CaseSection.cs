namespace PacketPath.Reporting;

/// <summary>One target: the verdict, the path drawn, how it is known, and the evidence.</summary>
internal sealed class CaseSection(HtmlWriter html, PacketTrace trace, int number, bool isOnly)
{
    private const int MostTimelines = 24;

    private readonly PacketFailure _verdict = trace.Verdict;
    private readonly string _tone = StatusWords.Tone(trace.Verdict);

    /// <summary>Writes the section; of several, those that are well are folded up.</summary>
    public void Write()
    {
        html.Html($"<section class=\"card case {_tone}\" id=\"case-{number}\">\n");
        if (!isOnly && _tone == "ok")
        {
            html.Html($"<details class=\"whole\"><summary>");
            Headline();
            html.Html($"</summary>\n");
            Body();
            html.Html($"</details>\n");
        }
        else
        {
            Headline();
            Body();
        }

        html.Html($"</section>\n");
    }

    private void Headline()
    {
        html.Html($"<div class=\"headline\"><h2><bdi>{StatusWords.Target(trace)}</bdi> ");
        html.Html($"<span class=\"chip {_tone}\">{StatusWords.Mark(_tone)} {_verdict.FaultId}</span></h2>");
        html.Html($"<p class=\"summary\">{_verdict.Summary}</p></div>\n");
    }

    private void Body()
    {
        html.Html($"<p class=\"meta\">");
        if (trace.TargetName.Length > 0 && trace.TargetName != trace.RemoteAddress)
        {
            html.Html($"<bdi>{trace.TargetName}</bdi> · ");
        }

        html.Html($"{Kind()}from <bdi>{StatusWords.Place(trace.ComputerName, trace.NetNamespace)}</bdi>");
        html.Html($" · layer {_verdict.Layer} · {_verdict.Confidence.ToString().ToLowerInvariant()} · {trace.ObservedAt:yyyy-MM-dd HH:mm:ss} UTC");
        if (trace.DurationMilliseconds > 0)
        {
            html.Html($" · traced in {StatusWords.Milliseconds(trace.DurationMilliseconds)}");
        }

        html.Html($"</p>\n");
        new PathDrawing(html, trace).Write();
        Proof();
        Drawings();
        Stages();
        Evidence();
        Contributing();
    }

    private string Kind() => trace.Kind switch
    {
        TraceKind.Connection => "a connection that was there already, ",
        TraceKind.Listening => "this host as a server, ",
        _ => "",
    };

    private void Proof()
    {
        html.Html($"<div class=\"columns\">\n<div>\n");
        List("How it is known", _verdict.Evidence, static (html, e) =>
            html.Html($"<li class=\"{(e.Bearing == EvidenceBearing.Supports ? "for" : "against")}\">{e.Observation} <span class=\"source\">{e.Source}</span></li>\n"));
        Paragraph("What that proves", _verdict.Proves);
        Paragraph("What it does not prove", _verdict.DoesNotProve);
        html.Html($"</div>\n<div>\n");
        List("Next steps", _verdict.NextSteps, static (html, command) => html.Html($"<li><code>{command}</code></li>\n"), "steps");
        // What was missed for one reason is said once.
        List("Not observed", trace.NotObserved.GroupBy(static m => (m.Why, m.Remedy)).ToArray(), static (html, missing) =>
            html.Html($"<li><strong>{string.Join("; ", missing.Select(static m => m.What))}</strong>: {missing.Key.Why.TrimEnd('.')}. {missing.Key.Remedy}</li>\n"));
        if (_verdict.HelpUri.Length > 0)
        {
            html.Html($"<p class=\"meta\">More about this verdict: <code>{_verdict.HelpUri}</code></p>\n");
        }

        html.Html($"</div>\n</div>\n");
    }

    private void Drawings()
    {
        foreach (var mtu in trace.Evidence.OfType<MtuProbeResult>())
        {
            new MtuDrawing(html, mtu).Write();
        }

        var timelines = trace.Evidence.SelectMany(Timelines).ToArray();
        foreach (var timeline in timelines.Take(MostTimelines))
        {
            new TimelineDrawing(html, timeline).Write();
        }

        if (timelines.Length > MostTimelines)
        {
            html.Html($"<p class=\"meta\">{timelines.Length - MostTimelines} more are not drawn.</p>\n");
        }

        var packets = trace.Evidence.OfType<PacketRecord>().ToArray();
        if (packets.Length > 0)
        {
            html.Html($"<h3>Captured packets</h3>\n");
            new CaptureDrawing(html, packets).Write();
        }
    }

    // The attempt beneath an application is drawn where nothing else shows the way there.
    private IEnumerable<Timeline> Timelines(object item)
    {
        if ((item as SynPathResult ?? (trace.Evidence.OfType<SynPathResult>().Any() ? null : (item as ApplicationEvidence)?.TcpPath)) is { } probe)
        {
            yield return AttemptTimeline.Of(probe);
        }

        foreach (var conversation in item switch
        {
            // Those that failed first: they are what is asked about.
            TlsServerNameResult tls => tls.Handshakes.OrderBy(static h => h.Outcome == TlsOutcome.Completed).Select(handshake => TlsTimeline.Of(tls, handshake)),
            ProxyConnectResult proxy => new[] { proxy.ProxyTls, proxy.TunnelTls }.OfType<TlsHandshake>().Where(static h => h.Records.Length > 0).Select(handshake => TlsTimeline.Of(proxy, handshake)),
            QuicPathResult quic => [QuicTimeline.Of(quic)],
            DnsTruncationResult dns => [DnsTimeline.Of(dns)],
            _ => [],
        })
        {
            yield return conversation;
        }
    }

    private void Stages()
    {
        html.Html($"<details");
        if (isOnly)
        {
            html.Html($" open=\"open\"");
        }

        html.Html($"><summary>Stage by stage</summary>\n<div class=\"scroll\"><table class=\"stages\"><thead><tr><th>Stage</th><th>Found</th><th>Observation</th></tr></thead><tbody>\n");
        foreach (var (stage, names) in Runs())
        {
            var tone = StatusWords.Tone(stage.Status);
            html.Html($"<tr class=\"{tone}\"><th scope=\"row\">{names}</th><td><span class=\"mark {tone}\">{StatusWords.Mark(tone)}</span> {StatusWords.Words(stage.Status)}</td><td>{stage.Observation}</td></tr>\n");
        }

        html.Html($"</tbody></table></div></details>\n");
    }

    // Neighbours of which the same is said share a row.
    private IEnumerable<(TraceStage Stage, string Names)> Runs()
    {
        for (var i = 0; i < trace.Stages.Length;)
        {
            var stage = trace.Stages[i];
            var run = trace.Stages[i..].TakeWhile(s => s.Status == stage.Status && s.Observation == stage.Observation).ToArray();
            yield return (stage, string.Join(", ", run.Select(static s => s.Name)));
            i += run.Length;
        }
    }

    private void Evidence()
    {
        if (trace.Evidence.Length == 0)
        {
            return;
        }

        html.Html($"<details><summary>Evidence</summary>\n");
        new EvidenceTables(html).Write(trace.Evidence);
        html.Html($"</details>\n");
    }

    private void Contributing()
    {
        List("Contributing", trace.Contributing, static (html, c) =>
            html.Html($"<li><strong>{c.FaultId}</strong> ({c.Layer}, {c.Confidence.ToString().ToLowerInvariant()}): {c.Summary}</li>\n"));
    }

    private void Paragraph(string title, string text)
    {
        if (text.Length > 0)
        {
            html.Html($"<h3>{title}</h3>\n<p>{text}</p>\n");
        }
    }

    private void List<T>(string title, T[] items, Action<HtmlWriter, T> write, string style = "")
    {
        if (items.Length == 0)
        {
            return;
        }

        html.Html($"<h3>{title}</h3>\n<ul class=\"{style}\">\n");
        foreach (var item in items)
        {
            write(html, item);
        }

        html.Html($"</ul>\n");
    }
}
