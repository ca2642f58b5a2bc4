using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text;

namespace PacketPath.Formatting;

/// <summary>Draws a trace: the path as a column of stages, then the verdict. Takes property bags, so that live and deserialized traces look the same.</summary>
public static class PacketTraceView
{
    private const int WidestText = 100;
    private const int NarrowestText = 60;
    private const int NameWidth = 14;
    private const string Reset = "\u001b[0m";
    private const string Bold = "\u001b[1m";
    private const string Dim = "\u001b[2m";
    private const string Red = "\u001b[31m";
    private const string Green = "\u001b[32m";
    private const string Yellow = "\u001b[33m";

    /// <summary>The whole picture, wrapped.</summary>
    /// <param name="trace">The trace.</param>
    /// <param name="width">The width to wrap at; 0 where unknown.</param>
    public static string Picture(PSObject trace, int width) => Picture(trace, width, SpeaksUnicode());

    /// <summary>The whole picture, with the symbols asked for.</summary>
    /// <param name="trace">The trace.</param>
    /// <param name="width">The width to wrap at; 0 where unknown.</param>
    /// <param name="unicode">True for symbols, false for ASCII.</param>
    public static string Picture(PSObject trace, int width, bool unicode)
    {
        if (trace is null)
        {
            return "";
        }

        var most = width is >= NarrowestText and <= WidestText ? width - 1 : WidestText;
        var text = new StoryWriter(most);
        var verdict = Child(trace, "Verdict");
        text.Line(Headline(trace, unicode));
        text.Line("");
        Column(text, [.. Items(trace, "Stages")], most - NameWidth - 5, unicode);
        text.Line("");
        text.Line($"  {PacketFailureView.Fault(verdict)}  {Text(verdict, "Layer")}, {Text(verdict, "Confidence").ToLowerInvariant()}");
        text.Paragraph("  ", "  ", Text(verdict, "Summary"));
        text.Section("How it is known", Items(verdict, "Evidence"), (writer, item) => writer.Paragraph(
            Text(item, "Bearing") == "Refutes" ? $"    {Red}-{Reset} " : $"    {Green}+{Reset} ", "      ", $"{Text(item, "Observation")} ({Text(item, "Source")})"));
        text.Section("Beside it", Items(trace, "Contributing"), (writer, item) => writer.Paragraph("    ", "      ", $"{Text(item, "FaultId")} ({Text(item, "Confidence").ToLowerInvariant()}): {Text(item, "Summary")}"));
        text.Section("This does not prove", Sentence(verdict, "DoesNotProve"), (writer, item) => writer.Paragraph("    ", "    ", item));
        text.Section("Not looked at", Unseen(trace), (writer, item) => writer.Paragraph($"    {Yellow}?{Reset} ", "      ", item));
        text.Section("Run next", List(verdict, "NextSteps").Select(Plain), (writer, item) => writer.Command("    ", item));
        text.Line($"  {Dim}More: {Text(verdict, "HelpUri")}{Reset}");
        return text.ToString();
    }

    /// <summary>The target of a trace.</summary>
    /// <param name="trace">The trace.</param>
    public static string Target(PSObject trace)
    {
        var address = PacketFailureView.Target(trace);
        var name = Text(trace, "TargetName");
        return Text(trace, "RemoteAddress").Length == 0 || name.Length == 0 || name == Text(trace, "RemoteAddress") ? address : $"{name} ({address})";
    }

    /// <summary>The fault, coloured.</summary>
    /// <param name="trace">The trace.</param>
    public static string Fault(PSObject trace) => PacketFailureView.Fault(Child(trace, "Verdict"));

    /// <summary>A property of the verdict.</summary>
    /// <param name="trace">The trace.</param>
    /// <param name="name">The property's name.</param>
    public static string Verdict(PSObject trace, string name) => Text(Child(trace, "Verdict"), name);

    /// <summary>The milliseconds it took.</summary>
    /// <param name="trace">The trace.</param>
    public static string Duration(PSObject trace) =>
        LanguagePrimitives.TryConvertTo(trace.Properties["DurationMilliseconds"]?.Value, CultureInfo.InvariantCulture, out double milliseconds)
            ? milliseconds.ToString(milliseconds < 100 ? "0.0" : "0", CultureInfo.InvariantCulture)
            : "";

    /// <summary>The stages as a row of marks.</summary>
    /// <param name="trace">The trace.</param>
    public static string Marks(PSObject trace)
    {
        var unicode = SpeaksUnicode();
        return string.Concat(Items(trace, "Stages").Select(stage => Mark(Text(stage, "Status"), unicode)));
    }

    // A character set that is not UTF-8, or a locale or console without more than ASCII.
    private static bool SpeaksUnicode()
    {
        var locale = new[] { "LC_ALL", "LC_CTYPE", "LANG" }.Select(Environment.GetEnvironmentVariable).FirstOrDefault(static value => !string.IsNullOrEmpty(value));
        return Console.OutputEncoding is UTF8Encoding && locale is not ("C" or "POSIX") && Environment.GetEnvironmentVariable("TERM") != "linux";
    }

    private static string Headline(PSObject trace, bool unicode)
    {
        var netns = Text(trace, "NetNamespace");
        var inside = netns.Length == 0 || netns.StartsWith("net:[", StringComparison.Ordinal) ? "" : $", {netns}";
        var here = $"{Text(trace, "ComputerName")}{inside}";
        var arrow = unicode ? "\u2192" : "->";
        var ends = Text(trace, "RemoteAddress").Length == 0 && Text(trace, "Kind") == "Connection" ? $"{Target(trace)} {Dim}on {here}{Reset}" : Text(trace, "Kind") == "Listening" ? $"{Target(trace)} {Dim}on {here}, listening{Reset}" : $"{Dim}{here}{Reset} {arrow} {Bold}{Target(trace)}{Reset}";
        return $"{ends}  {Dim}{Duration(trace)} ms{Reset}";
    }

    private static void Column(StoryWriter text, List<PSObject> stages, int room, bool unicode)
    {
        var said = "";
        for (var i = 0; i < stages.Count; i++)
        {
            var (status, name, observation) = (Text(stages[i], "Status"), Text(stages[i], "Name"), Text(stages[i], "Observation"));
            var last = i;
            while (status == "NotReached" && last + 1 < stages.Count && Text(stages[last + 1], "Status") == status && Text(stages[last + 1], "Observation") == observation)
            {
                last++;
            }

            // What has just been said of the stage before need not be read again.
            var words = observation == said && last == i ? "likewise" : observation;
            said = observation;
            var until = last == i ? "" : $" {(unicode ? "\u2026" : "...")} {Text(stages[last], "Name")}:";
            i = last;
            if (status == "Fault" && words.Length > room)
            {
                // The verdict below says it whole.
                words = words[..words.LastIndexOf(' ', room - 2)] + (unicode ? " \u2026" : " ...");
            }

            var (before, after) = status switch { "Fault" => (Bold + Red, Reset), "NotObserved" => (Yellow, Reset), "NotReached" => (Dim, Reset), _ => ("", "") };
            text.Paragraph($"  {Mark(status, unicode)} {before}{name.PadRight(NameWidth)}{after} {before}", new string(' ', NameWidth + 5), $"{until} {words}".Trim() + after);
        }
    }

    private static string Mark(string status, bool unicode) => status switch
    {
        "Cleared" => Green + (unicode ? "\u2714" : "+") + Reset,
        "Fault" => Bold + Red + (unicode ? "\u2718" : "x") + Reset,
        "NotObserved" => Yellow + "?" + Reset,
        _ => Dim + (unicode ? "\u00b7" : ".") + Reset,
    };

    private static IEnumerable<string> Unseen(PSObject trace) => Items(trace, "NotObserved")
        .GroupBy(item => (Why: Text(item, "Why"), Remedy: Text(item, "Remedy")))
        .Select(group => $"{string.Join("; ", group.Select(item => Text(item, "What")))}. Why: {group.Key.Why.TrimEnd('.')}. {group.Key.Remedy}");

    private static IEnumerable<string> Sentence(PSObject item, string name) => Text(item, name) is { Length: > 0 } text ? [text] : [];

    private static PSObject Child(PSObject item, string name) => PSObject.AsPSObject(item.Properties[name]?.Value ?? new PSObject());

    private static IEnumerable<PSObject> Items(PSObject item, string name) => List(item, name).OfType<object>().Select(PSObject.AsPSObject);

    private static IEnumerable<object?> List(PSObject item, string name)
    {
        var value = item.Properties[name]?.Value;
        return (value is PSObject wrapped ? wrapped.BaseObject : value) switch
        {
            null => [],
            string text => [text],
            IEnumerable items => items.Cast<object?>(),
            _ => [value],
        };
    }

    private static string Text(PSObject item, string name) => Plain(item.Properties[name]?.Value);

    private static string Plain(object? value) => DisplayText.Clean(value?.ToString() ?? "");
}
