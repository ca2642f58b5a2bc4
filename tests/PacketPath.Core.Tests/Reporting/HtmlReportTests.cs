using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using PacketPath.Core.Tests.Diagnosis;
using PacketPath.Core.Tests.Tracing;
using PacketPath.Reporting;

namespace PacketPath.Core.Tests.Reporting;

public class HtmlReportTests
{
    private static readonly string[] Harmless = ["class", "id", "role", "lang", "charset", "content", "name", "http-equiv", "open", "href", "scope", "colspan", "d", "x", "y", "cx", "cy", "r", "rx", "width", "height", "viewBox", "aria-label", "aria-labelledby", "text-anchor"];

    public static TheoryData<bool> Families => [false, true];

    [Theory, MemberData(nameof(Families))]
    public void Every_target_has_a_case_and_the_worst_comes_first(bool ipv6)
    {
        var traces = SampleTraces.All(ipv6);
        var page = SamplePages.Read(SamplePages.Page([.. traces]));

        var order = page.Descendants("section").Where(s => s.Attribute("id") is not null).Select(s => s.Attribute("class")!.Value.Split(' ')[^1]).ToArray();
        Assert.Equal(traces.Length, order.Length);
        Assert.Equal(order.OrderBy(tone => Array.IndexOf(["bad", "unknown", "ok"], tone)), order);
        Assert.All(traces, trace => Assert.Contains(page.Descendants("p"), p => (string?)p.Attribute("class") == "summary" && p.Value == trace.Verdict.Summary));
        Assert.All(page.Descendants("a").Select(a => a.Attribute("href")!.Value), link => Assert.Single(page.Descendants(), e => "#" + e.Attribute("id")?.Value == link));
    }

    [Fact]
    public void The_broken_stage_alone_is_drawn_as_broken()
    {
        foreach (var trace in SampleTraces.All())
        {
            var page = SamplePages.Read(SamplePages.Page(trace));
            var broken = trace.Stages.Count(s => s.Status == TraceStageStatus.Fault);
            var drawing = page.Descendants("svg").First(s => (string?)s.Attribute("role") == "img");

            Assert.Equal(broken, drawing.Descendants("circle").Count(c => (string?)c.Attribute("class") == "halo"));
            Assert.Equal(trace.Stages.Length, drawing.Elements("g").Count());
            Assert.Equal(broken > 0, drawing.Element("title")!.Value.Contains("broken at", StringComparison.Ordinal));
            Assert.Equal(trace.Stages.Length, drawing.Element("desc")!.Value.Count(c => c == '.'));
        }
    }

    [Fact]
    public void A_page_needs_nothing_but_itself_and_runs_nothing()
    {
        var text = SamplePages.Page([.. SampleTraces.All(), SamplePages.HostileTrace()]);
        var page = SamplePages.Read(text);

        Assert.Empty(page.Descendants().Select(e => e.Name.LocalName).Intersect(["script", "link", "img", "iframe", "object", "embed", "form", "base", "video", "audio", "use", "image", "foreignObject"]));
        Assert.Empty(page.Descendants().Attributes().Select(a => a.Name.LocalName).Except(Harmless));
        Assert.All(page.Descendants().Attributes("href"), a => Assert.StartsWith("#case-", a.Value, StringComparison.Ordinal));
        Assert.DoesNotContain("url(", page.Descendants("style").Single().Value, StringComparison.Ordinal);
        Assert.DoesNotContain("@import", page.Descendants("style").Single().Value, StringComparison.Ordinal);
    }

    [Fact]
    public void The_policy_admits_the_style_sheet_and_nothing_else()
    {
        var page = SamplePages.Read(SamplePages.Page(SampleTraces.Refused()));
        var policy = page.Descendants("meta").Single(m => (string?)m.Attribute("http-equiv") == "Content-Security-Policy").Attribute("content")!.Value;
        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(page.Descendants("style").Single().Value)));

        Assert.Equal($"default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'", policy);
    }

    [Fact]
    public void Hostile_text_stays_text()
    {
        var text = SamplePages.Page(SamplePages.HostileTrace(), SamplePages.HostileTrace().Verdict with { ComputerName = "other", RemoteAddress = SamplePages.Hostile });
        var page = SamplePages.Read(text);

        Assert.DoesNotContain(text, c => char.IsControl(c) && c != '\n');
        Assert.DoesNotContain(text, c => c is '\u202e' or '\u2066' or '\u200f' or '\u061c' || char.IsSurrogate(c));
        Assert.True(Regex.Count(text, "&lt;script&gt;") > 20);
        Assert.DoesNotContain("<script", text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(page.Descendants("p"), p => p.Value == SamplePages.Shown);
        Assert.Contains(page.Descendants("code"), c => c.Value == SamplePages.Shown);
        Assert.Contains(page.Descendants("td"), c => c.Value == SamplePages.Shown);
    }

    [Fact]
    public void A_title_of_the_user_s_own_is_text_too()
    {
        var page = SamplePages.Read(HtmlReport.Text([SampleTraces.Refused()], new ReportOptions { Title = SamplePages.Hostile }));

        Assert.Equal(SamplePages.Shown, page.Descendants("h1").Single().Value);
        Assert.Equal(SamplePages.Shown, page.Descendants("title").First().Value);
    }

    [Fact]
    public void Evidence_without_a_verdict_is_given_one()
    {
        var scene = new Scene(false);
        var page = SamplePages.Read(SamplePages.Page(scene.Refused(), scene.Link(), scene.Neighbor()));

        Assert.Contains("RemoteRefused", page.Descendants("h2").Single(h => h.Value.Contains("203.0.113.10", StringComparison.Ordinal)).Value, StringComparison.Ordinal);
        Assert.Contains(page.Descendants("h2"), h => h.Value == "State of the hosts");
    }

    [Fact]
    public void A_verdict_is_joined_with_its_evidence_and_with_what_contributes()
    {
        var scene = new Scene(false);
        var probe = scene.Refused();
        var verdict = PacketPath.Diagnosis.Resolver.Resolve([probe]).First();
        var page = SamplePages.Read(SamplePages.Page(verdict, verdict with { FaultId = "QdiscDrop", IsPrimary = false, Summary = "it may also be the queue" }, probe));

        Assert.Single(page.Descendants("section"));
        Assert.Contains(page.Descendants("li"), li => li.Value.Contains("it may also be the queue", StringComparison.Ordinal));
        Assert.Contains(page.Descendants("summary"), s => s.Value.StartsWith("SYN path result 1", StringComparison.Ordinal));
    }

    [Fact]
    public void A_verdict_about_another_protocol_than_the_attempt_s_is_one_case_with_it()
    {
        var probe = new Scene(false).Refused();
        var verdict = PacketPath.Diagnosis.Resolver.Resolve([probe]).First() with { Protocol = TransportProtocol.Udp };

        Assert.Single(SamplePages.Read(SamplePages.Page(probe, verdict)).Descendants("section"));
    }

    [Fact]
    public void Packet_sizes_are_a_ladder_and_a_pipe()
    {
        var page = SamplePages.Read(SamplePages.Page(SampleTraces.LargePackets()));
        var titles = page.Descendants("svg").Elements("title").Select(t => t.Value).ToArray();

        Assert.Contains(titles, t => t.StartsWith("Packet sizes tried", StringComparison.Ordinal));
        Assert.Contains(page.Descendants("rect"), r => ((string?)r.Attribute("class"))?.StartsWith("bar ", StringComparison.Ordinal) == true);
    }

    [Fact]
    public void An_unanswered_packet_ends_in_a_cross_and_an_answered_one_in_an_arrow()
    {
        static XElement Attempt(PacketTrace trace) => SamplePages.Read(SamplePages.Page(trace)).Descendants("svg").Single(s => s.Element("title")?.Value.StartsWith("The packets of the attempt", StringComparison.Ordinal) == true);

        Assert.Single(Attempt(SampleTraces.Silent()).Descendants("path"), p => (string?)p.Attribute("class") == "cross");
        Assert.Contains("never left this host", Attempt(SampleTraces.OutputDrop()).Value, StringComparison.Ordinal);
        Assert.Contains("never reached the socket", Attempt(SampleTraces.InputDrop()).Value, StringComparison.Ordinal);
        Assert.DoesNotContain(Attempt(SampleTraces.Healthy()).Descendants("path"), p => (string?)p.Attribute("class") == "cross");
    }

    [Fact]
    public void A_TLS_handshake_is_drawn_record_by_record()
    {
        var drawing = Drawing("The TLS handshake for a.example with", SamplePages.Tls());

        Assert.Equal(["client_hello", "server_hello", "alert unrecognized_name"], Sent(drawing).Select(static t => t.Split(" · ")[0]));
        Assert.Contains("unrecognized_name", drawing.Elements("text").Last().Value, StringComparison.Ordinal);
        Assert.Single(drawing.Descendants("path"), static p => (string?)p.Attribute("class") == "fill-bad");

        var silent = Drawing("The TLS handshake for a.example with", SamplePages.Tls() with { Handshakes = [SamplePages.Tls().Handshakes[0] with { Outcome = TlsOutcome.TimedOut, Alerts = [], Records = [new TlsRecord { ContentType = "handshake", Messages = "client_hello", Length = 300 }] }] });
        Assert.EndsWith("unanswered", Assert.Single(Sent(silent)), StringComparison.Ordinal);
        Assert.Single(silent.Descendants("path"), static p => (string?)p.Attribute("class") == "cross");
    }

    [Fact]
    public void QUIC_is_drawn_with_its_controls()
    {
        var scene = new Scene(false);
        var answered = Sent(Drawing("The datagrams of the question for QUIC", QuicCases.Answered(scene)));
        Assert.Equal(["a version that nobody speaks · 1200 bytes", "Version Negotiation · 1, 2"], answered);

        var silent = Sent(Drawing("The datagrams of the question for QUIC", QuicCases.Silent(scene, targetAnswersControl: true)));
        Assert.Equal(["a version that nobody speaks · 1200 bytes, unanswered", "control to port 33434 · 32 bytes", "ICMP · PortUnreachable, to the control"], silent[..3]);
    }

    [Fact]
    public void The_queries_of_a_question_are_drawn_each_with_its_answer()
    {
        var scene = new Scene(false);
        Assert.All(Sent(Drawing("The queries for", NameServerCases.Silent(scene))), static text => Assert.EndsWith("unanswered", text, StringComparison.Ordinal));
        var fits = Sent(Drawing("The queries for", NameServerCases.Fits(scene)));
        Assert.StartsWith("query · UDP", fits[0], StringComparison.Ordinal);
        Assert.Contains(fits, static text => text.StartsWith("answer NOERROR · ", StringComparison.Ordinal));
    }

    [Fact]
    public void The_attempt_beneath_an_application_is_not_drawn_beside_the_trace_s_own()
    {
        var scene = new Scene(false);
        static int Attempts(XElement page) => page.Descendants("h3").Count(static h => h.Value == "Packets of the attempt");

        Assert.Equal(1, Attempts(SamplePages.Read(SamplePages.Page(SamplePages.Tls() with { TcpPath = scene.Open() }))));
        Assert.Equal(1, Attempts(SamplePages.Read(SamplePages.Page(SampleTraces.Healthy() with { Evidence = [scene.Open(), SamplePages.Tls() with { TcpPath = scene.Open() }] }))));
    }

    private static XElement Drawing(string title, PacketEvidence evidence) => SamplePages.Read(SamplePages.Page(evidence))
        .Descendants("svg").Single(svg => svg.Element("title")?.Value.StartsWith(title, StringComparison.Ordinal) == true);

    private static string[] Sent(XElement drawing) => [.. drawing.Elements("text").Where(static t => ((string?)t.Attribute("class"))?.Split(' ')[0] == "packet").Select(static t => t.Value)];

    [Fact]
    public void Captured_packets_stand_with_their_target()
    {
        var scene = new Scene(false);
        PacketRecord Record(string from, string to, int port) => new() { ComputerName = "web1", InterfaceAlias = "eth0", SourceAddress = from, SourcePort = 40000, DestinationAddress = to, DestinationPort = port, Protocol = TransportProtocol.Tcp, TcpFlags = "SYN", Summary = "SYN mss 1460" };
        var page = SamplePages.Read(SamplePages.Page(SampleTraces.Silent(), Record(scene.Source, scene.Target, 443), Record(scene.Source, "198.51.100.77", 25)));

        Assert.Contains("SYN mss 1460", page.Descendants("section").First().Value, StringComparison.Ordinal);
        Assert.DoesNotContain("198.51.100.77", page.Descendants("section").First().Value, StringComparison.Ordinal);
        Assert.Contains("198.51.100.77", page.Descendants("section").Last().Value, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_missed_for_one_reason_is_said_once()
    {
        var trace = SampleTraces.Silent() with { NotObserved = [new() { What = "one", Why = "no right", Remedy = "be root" }, new() { What = "two", Why = "no right", Remedy = "be root" }, new() { What = "three", Why = "no time", Remedy = "wait" }] };
        var said = SamplePages.Read(SamplePages.Page(trace)).Descendants("li").Where(li => li.Value.Contains(": no ", StringComparison.Ordinal)).Select(li => li.Value);

        Assert.Equal(["one; two: no right. be root", "three: no time. wait"], said);
    }

    [Fact]
    public void Nothing_at_all_is_a_page_that_says_so()
    {
        Assert.Contains("No trace and no verdict was given", SamplePages.Read(SamplePages.Page()).Value, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_stays_small_and_takes_memory_in_proportion()
    {
        object[] traces = [.. Enumerable.Range(0, 100).Select(i => (object)(SampleTraces.Silent() with { RemotePort = i + 1 }))];
        HtmlReport.Write(TextWriter.Null, traces[..2], SamplePages.Options);

        var before = GC.GetAllocatedBytesForCurrentThread();
        HtmlReport.Write(TextWriter.Null, traces, SamplePages.Options);
        var used = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.InRange(SamplePages.Page(traces).Length, 100_000, 6_000_000);
        Assert.True(used < 40_000_000, $"{used:N0} bytes were allocated.");
    }

    [Fact]
    public void Writing_stops_when_asked()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();

        Assert.Throws<OperationCanceledException>(() => HtmlReport.Text([SampleTraces.Healthy()], SamplePages.Options, stop.Token));
    }
}
