using System.Collections;
using System.Management.Automation;

namespace PacketPath.Formatting;

/// <summary>Writes a verdict as an operator reads it. Takes property bags, so that live and deserialized verdicts look the same.</summary>
public static class PacketFailureView
{
    private const int WidestText = 100;
    private const int NarrowestText = 40;
    private const string Indent = "  ";
    private const string Reset = "\u001b[0m";
    private const string Bold = "\u001b[1m";
    private const string Dim = "\u001b[2m";
    private const string Red = "\u001b[31m";
    private const string Green = "\u001b[32m";
    private const string Yellow = "\u001b[33m";

    /// <summary>The whole verdict, wrapped.</summary>
    /// <param name="failure">The verdict.</param>
    /// <param name="width">The width to wrap at; 0 where unknown.</param>
    public static string Story(PSObject failure, int width)
    {
        var text = new StoryWriter(width is >= NarrowestText and <= WidestText ? width - 1 : WidestText);
        text.Line(Headline(failure));
        text.Paragraph(Indent, Indent, Text(failure, "Summary"));

        text.Section("How it is known", Items(failure, "Evidence"), (writer, item) =>
        {
            var supports = Text(item, "Bearing") != "Refutes";
            var observation = $"{Text(item, "Observation")} ({Text(item, "Source")})";
            writer.Paragraph(supports ? $"    {Green}+{Reset} " : $"    {Red}-{Reset} ", "      ", observation);
        });
        // The primary verdict of the target comes first and has said the rest.
        if (Text(failure, "IsPrimary") != "False")
        {
            text.Section("Ruled out", Cleared(failure), (writer, item) => writer.Paragraph("    ", "      ", item));
            text.Section("Not observed", Unseen(failure), (writer, item) => writer.Paragraph($"    {Yellow}?{Reset} ", "      ", item));
        }

        text.Section("Proves", Sentence(failure, "Proves"), (writer, item) => writer.Paragraph("    ", "    ", item));
        text.Section("Does not prove", Sentence(failure, "DoesNotProve"), (writer, item) => writer.Paragraph("    ", "    ", item));
        text.Section("Next steps", List(failure, "NextSteps").Select(s => Plain(s)), (writer, item) => writer.Command("    ", item));
        text.Line($"{Indent}{Dim}More: {Text(failure, "HelpUri")}{Reset}");
        return text.ToString();
    }

    /// <summary>The destination of a verdict: address, port and protocol.</summary>
    /// <param name="failure">The verdict.</param>
    public static string Target(PSObject failure)
    {
        var address = Text(failure, "RemoteAddress") is { Length: > 0 } known ? known : Text(failure, "TargetName");
        if (address.Length == 0)
        {
            return "";
        }

        var port = Text(failure, "RemotePort");
        return port is "" or "0" ? address : (address.Contains(':') ? $"[{address}]" : address) + ":" + port;
    }

    /// <summary>The fault's identifier, coloured by how it bears on the target.</summary>
    /// <param name="failure">The verdict.</param>
    public static string Fault(PSObject failure)
    {
        var id = Text(failure, "FaultId");
        var colour = id switch { "NoFault" => Green, "Indeterminate" => Yellow, _ => Red };
        return $"{Bold}{colour}{id}{Reset}";
    }

    /// <summary>One text property, safe to show.</summary>
    /// <param name="failure">The verdict.</param>
    /// <param name="name">The property's name.</param>
    public static string Text(PSObject failure, string name) => Plain(failure?.Properties[name]?.Value);

    private static string Headline(PSObject failure)
    {
        var target = Target(failure);
        var place = Text(failure, "ComputerName");
        var netns = Text(failure, "NetNamespace");
        var inside = netns.Length == 0 || netns.StartsWith("net:[", StringComparison.Ordinal) ? "" : $", {netns}";
        var from = place.Length == 0 ? "" : $"{Dim}from {place}{inside}{Reset}";
        var role = Text(failure, "IsPrimary") == "False" ? $"{Dim}contributing{Reset}" : "";
        string[] parts = [Fault(failure), Text(failure, "Layer"), Text(failure, "Confidence"), role, target, from];
        return string.Join(Indent, parts.Where(p => p.Length > 0));
    }

    // Several layers are often cleared by one observation: say it once.
    private static IEnumerable<string> Cleared(PSObject failure) => Items(failure, "RuledOut")
        .GroupBy(i => Text(i, "Observation"))
        .Select(g => $"{string.Join(", ", g.Select(i => Text(i, "Layer")))}: {g.Key}");

    private static IEnumerable<string> Unseen(PSObject failure) => Items(failure, "NotObserved")
        .GroupBy(i => (Why: Text(i, "Why"), Remedy: Text(i, "Remedy")))
        .Select(g => $"{string.Join("; ", g.Select(i => Text(i, "What")))}. Why: {g.Key.Why.TrimEnd('.')}. {g.Key.Remedy}");

    private static IEnumerable<string> Sentence(PSObject failure, string name) =>
        Text(failure, name) is { Length: > 0 } text ? [text] : [];

    private static IEnumerable<PSObject> Items(PSObject failure, string name) =>
        List(failure, name).Where(i => i is not null).Select(i => PSObject.AsPSObject(i));

    private static IEnumerable<object?> List(PSObject failure, string name)
    {
        var value = failure.Properties[name]?.Value;
        var bare = value is PSObject wrapped ? wrapped.BaseObject : value;
        return bare switch
        {
            null => [],
            string text => [text],
            IEnumerable items => items.Cast<object?>(),
            _ => [value],
        };
    }

    private static string Plain(object? value) => DisplayText.Clean(value?.ToString() ?? "");
}
