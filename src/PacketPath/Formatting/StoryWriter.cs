using System.Text;

namespace PacketPath.Formatting;

/// <summary>Collects wrapped lines.</summary>
internal sealed class StoryWriter(int width)
{
    private const string Reset = "\u001b[0m";
    private const string Bold = "\u001b[1m";

    private readonly StringBuilder _text = new();

    public void Line(string line) => _text.Append(line).Append('\n');

    public void Section<T>(string title, IEnumerable<T> items, Action<StoryWriter, T> write)
    {
        var list = items.ToList();
        if (list.Count == 0)
        {
            return;
        }

        Line($"  {Bold}{title}{Reset}");
        list.ForEach(item => write(this, item));
    }

    public void Paragraph(string firstIndent, string nextIndent, string text)
    {
        var line = new StringBuilder(firstIndent);
        var room = width - nextIndent.Length;
        var used = 0;
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (used > 0 && used + 1 + word.Length > room)
            {
                Line(line.ToString());
                line.Clear().Append(nextIndent);
                used = 0;
            }

            line.Append(used > 0 ? " " : "").Append(word);
            used += word.Length + (used > 0 ? 1 : 0);
        }

        Line(line.ToString());
    }

    // Broken only after a pipe, where the lines still run when they are pasted.
    public void Command(string indent, string command)
    {
        var fits = indent.Length + command.Length < width;
        Line(indent + (fits ? command : command.Replace(" | ", $" |\n{indent}  ", StringComparison.Ordinal)));
    }

    public override string ToString() => _text.ToString();
}
