using System.Globalization;
using System.Management.Automation;
using System.Text;

namespace PacketPath.Formatting;

/// <summary>Draws a path MTU probe: the ladder of sizes and the hops. Takes live and deserialized results.</summary>
public static class MtuProbeView
{
    private const int MostRungs = 12;
    private const int MostHops = 30;

    /// <summary>The answer in one line.</summary>
    /// <param name="result">An MtuProbeResult.</param>
    public static string Headline(PSObject result) => Tell(result, r =>
        $"{Target(r)}  {Outcome(r)}");

    /// <summary>The ladder of sizes, the hops, and what was not observed.</summary>
    /// <param name="result">An MtuProbeResult.</param>
    public static string Story(PSObject result) => Tell(result, r =>
    {
        var text = new StringBuilder();
        Ladder(r, text);
        Hops(r, text);
        foreach (var missing in r.NotObserved)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n  not observed: {missing.What} ({missing.Why.TrimEnd('.')})");
        }

        return text.ToString().Trim('\n');
    });

    /// <summary>How it was found out, in one line.</summary>
    /// <param name="result">An MtuProbeResult.</param>
    public static string Effort(PSObject result) => Tell(result, r => string.Create(
        CultureInfo.InvariantCulture,
        $"by {r.Method}, {r.PacketsSent} packets in {r.ElapsedMilliseconds:0} ms{(r.LossPercent > 0 ? $", {r.LossPercent:0.#} % lost" : "")}, from {(string.IsNullOrEmpty(r.LocalAddress) ? "this host" : r.LocalAddress)}{(string.IsNullOrEmpty(r.InterfaceAlias) ? "" : " on " + r.InterfaceAlias)}"));

    /// <summary>The hops between which large packets vanish, or who reported what fits.</summary>
    /// <param name="result">An MtuProbeResult.</param>
    public static string Where(PSObject result) => Tell(result, r => r.BlackHoleHop is { } hole
        ? $"{Or(hole.LastGood, "this host")} > {Or(hole.FirstBad, "?")}"
        : r.PacketTooBig.Where(t => t.From.Length > 0).MinBy(t => t.Mtu) is { } report ? report.From : "");

    /// <summary>Round-trip time to the target, short.</summary>
    /// <param name="result">An MtuProbeResult.</param>
    public static string Rtt(PSObject result) => Tell(result, r => r.RttMilliseconds is { } rtt ? Milliseconds(rtt) : "");

    private static void Ladder(MtuProbeResult r, StringBuilder text)
    {
        var rungs = r.Probes.Where(p => p.Ttl == 0 && p.Size > 0).GroupBy(p => p.Size).OrderByDescending(g => g.Key).ToList();
        if (rungs.Count == 0)
        {
            return;
        }

        // The top, what lies about the edge, and the rest as room allows.
        var edge = rungs.FindIndex(g => g.Any(p => p.Result == MtuPacketResult.Passed));
        edge = edge < 0 ? rungs.Count - 1 : edge;
        var shown = Enumerable.Range(0, rungs.Count).OrderBy(i => i == 0 || i == rungs.Count - 1 ? 0 : Math.Abs((2 * (i - edge)) + 1)).Take(MostRungs).Order().ToList();
        text.Append("\n   Size    Answer");
        var last = -1;
        foreach (var i in shown)
        {
            if (i > last + 1)
            {
                text.Append("\n      :");
            }

            last = i;
            text.Append(CultureInfo.InvariantCulture, $"\n  {rungs[i].Key,5}  {Rung(r, rungs[i])}");
        }

        text.Append('\n');
    }

    private static string Rung(MtuProbeResult r, IGrouping<int, MtuProbePacket> rung)
    {
        var passed = rung.Where(p => p.Result == MtuPacketResult.Passed).ToList();
        if (passed.Count > 0)
        {
            var trips = passed.Select(p => p.RttMilliseconds).OfType<double>().ToList();
            var methods = string.Join(" and ", passed.Select(p => p.Method).Distinct());
            var silent = rung.Select(p => p.Method).Except(passed.Select(p => p.Method)).Select(m => m == MtuMethod.Icmp ? ", no echo back" : $", {m} unanswered").ToList();
            return $"+  passed by {methods}{(trips.Count > 0 ? ", " + Milliseconds(trips.Min()) : "")}{string.Concat(silent)}";
        }

        if (r.PacketTooBig.FirstOrDefault(t => t.SentSize == rung.Key && t.Judgement != PacketTooBigJudgement.Missing) is { } report)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"-  too big: {Or(report.From, "a router")} says {report.Mtu}{(report.Judgement == PacketTooBigJudgement.Contradictory ? ", not true" : "")}{(report.ReachedSocket ? "" : ", seen on the wire only")}");
        }

        var count = rung.Count();
        return rung.First().Result switch
        {
            MtuPacketResult.LocalLimit => "-  refused by this host for its size",
            MtuPacketResult.LocalError => $"-  refused by this host: {r.SocketError}",
            MtuPacketResult.Unreachable => $"-  unreachable, says {Or(rung.First().From, "the target")}",
            MtuPacketResult.Unfinished => ".  not waited for",
            _ => $"-  lost{(count > 1 ? string.Create(CultureInfo.InvariantCulture, $" {count} times") : "")}",
        };
    }

    private static void Hops(MtuProbeResult r, StringBuilder text)
    {
        if (r.Hops.Length == 0)
        {
            return;
        }

        var width = Math.Min(45, r.Hops.Max(h => Name(h).Length));
        text.Append("\n   Hop    MTU on");
        foreach (var hop in r.Hops.Take(MostHops))
        {
            var notes = new[]
            {
                hop.IsTarget ? "target" : "",
                hop.IsAsymmetric ? string.Create(CultureInfo.InvariantCulture, $"back over {hop.ReturnHops} hops") : "",
                r.BlackHoleHop is { } hole && hole.LastGoodTtl == hop.Ttl ? string.Create(CultureInfo.InvariantCulture, $"{hole.Size} reaches it") : "",
                r.BlackHoleHop is { } bad && bad.FirstBadTtl == hop.Ttl ? string.Create(CultureInfo.InvariantCulture, $"{bad.Size} does not") : "",
            };
            var trip = hop.RttMilliseconds is { } rtt ? Milliseconds(rtt) : "";
            text.Append('\n').Append(Text($"  {hop.Ttl,4}  {hop.MtuAfter,7}  {Name(hop).PadRight(width)}  {trip,8}  {string.Join(", ", notes.Where(n => n.Length > 0))}").TrimEnd());
        }

        text.Append('\n');
    }

    private static string Name(MtuHop hop) => string.IsNullOrEmpty(hop.Address) ? "*"
        : hop.Address + (string.IsNullOrEmpty(hop.HostName) ? "" : $" ({DisplayText.Clean(hop.HostName)})");

    private static string Target(MtuProbeResult r) =>
        r.RemoteAddress + (r.TargetName.Length == 0 || r.TargetName == r.RemoteAddress ? "" : $" ({DisplayText.Clean(r.TargetName)})");

    private static string Outcome(MtuProbeResult r) => r.Outcome switch
    {
        MtuOutcome.Clear => Text($"path MTU {r.PathMtu}: clear"),
        MtuOutcome.Reduced => Text($"path MTU {r.PathMtu} of {r.InterfaceMtu}: reduced, and reported"),
        MtuOutcome.BlackHole when r.LimitDirection == MtuDirection.Reverse => Text($"path MTU {r.PathMtu}, but {r.ReversePathMtu} on the way back: black hole"),
        MtuOutcome.BlackHole => Text($"path MTU {r.PathMtu} of {r.InterfaceMtu}: black hole{(r.BlackHoleHop is { } hole ? $" behind {Or(hole.LastGood, "this host")}" : "")}"),
        MtuOutcome.LocalLimit when r.RouteMtu is { } held && held < r.PathMtu => Text($"path MTU {r.PathMtu}, but the route of this host holds {held}"),
        MtuOutcome.LocalLimit => Text($"path MTU {r.PathMtu}: all that {Or(r.InterfaceAlias, "the interface")} can send"),
        MtuOutcome.Unreachable => $"unreachable{(r.ErrorQueue.Length > 0 ? $": {r.ErrorQueue[^1].Meaning}, says {r.ErrorQueue[^1].Offender}" : string.IsNullOrEmpty(r.SocketError) ? "" : ": " + r.SocketError)}",
        _ => "path MTU not found: " + (r.RttMilliseconds is null ? "no answer at any size" : "too much is lost"),
    };

    private static string Tell(PSObject result, Func<MtuProbeResult, string> text) =>
        LanguagePrimitives.TryConvertTo(result, CultureInfo.InvariantCulture, out MtuProbeResult? typed) && typed is not null ? text(typed) : "";

    // A property that was null may come back from serialization as an empty text.
    private static string Or(string? value, string otherwise) => string.IsNullOrEmpty(value) ? otherwise : value;

    private static string Milliseconds(double value) =>
        value.ToString(value < 10 ? "0.00" : value < 100 ? "0.0" : "0", CultureInfo.InvariantCulture) + " ms";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
