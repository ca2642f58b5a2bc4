namespace PacketPath.Reporting;

/// <summary>Breaks a text into lines for a drawing, where nothing wraps by itself.</summary>
internal static class TextLines
{
    /// <summary>At most so many lines of at most so many characters; what is left over ends in an ellipsis.</summary>
    public static IReadOnlyList<string> Wrap(string text, int width, int most)
    {
        var lines = new List<string>();
        var line = "";
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(w => Cut(w, width)))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                lines.Add(line);
                line = word;
            }
            else
            {
                line = line.Length == 0 ? word : $"{line} {word}";
            }

            if (lines.Count == most)
            {
                lines[^1] = Cut(lines[^1] + " …", width);
                return lines;
            }
        }

        lines.Add(line);
        return lines;
    }

    /// <summary>The text, shortened where it is longer.</summary>
    public static string Cut(string text, int width) => text.Length <= width ? text : text[..(width - 1)] + "…";
}
