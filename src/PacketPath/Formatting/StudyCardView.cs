using System.Management.Automation;
using System.Text;

namespace PacketPath.Formatting;

/// <summary>Writes a study card as one reads it: the question, the answer beneath it, and the command that shows it.</summary>
public static class StudyCardView
{
    private const int WidestText = 100;
    private const int NarrowestText = 40;
    private const string Indent = "    ";
    private const string Reset = "\u001b[0m";
    private const string Bold = "\u001b[1m";
    private const string Dim = "\u001b[2m";

    /// <summary>The whole card, wrapped between words.</summary>
    /// <param name="card">A StudyCard, live or deserialized.</param>
    /// <param name="width">The width to wrap at; 0 where unknown.</param>
    public static string Card(PSObject card, int width)
    {
        var columns = width is >= NarrowestText and <= WidestText ? width - 1 : WidestText;
        var text = new StringBuilder();
        foreach (var line in Wrap(Text(card, "Question"), columns))
        {
            text.Append(Bold).Append(line).Append(Reset).Append('\n');
        }

        foreach (var line in Wrap(Text(card, "Answer"), columns - Indent.Length))
        {
            text.Append(Indent).Append(line).Append('\n');
        }

        return text.Append(Indent).Append(Dim).Append("Invoke-PacketLab ").Append(Text(card, "Lab")).Append(" -ShowOutput").Append(Reset).Append('\n').ToString();
    }

    private static IEnumerable<string> Wrap(string text, int width)
    {
        var line = new StringBuilder();
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line.ToString();
                line.Clear();
            }

            line.Append(line.Length > 0 ? " " : "").Append(word);
        }

        yield return line.ToString();
    }

    private static string Text(PSObject card, string name) => DisplayText.Clean(card?.Properties[name]?.Value?.ToString() ?? "");
}
