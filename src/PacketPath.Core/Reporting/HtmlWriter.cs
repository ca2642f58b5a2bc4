using System.Globalization;
using System.Runtime.CompilerServices;

namespace PacketPath.Reporting;

/// <summary>Writes markup. What stands in the holes of an interpolated text is escaped; only the text around them is markup.</summary>
internal sealed class HtmlWriter(TextWriter output)
{
    private const int LongestText = 4000;
    private int _drawings;

    /// <summary>Writes markup whose holes hold text from anywhere.</summary>
    public void Html([InterpolatedStringHandlerArgument("")] ref Markup markup) => markup.End();

    /// <summary>A number for the identifiers of one drawing.</summary>
    public int NextDrawing() => ++_drawings;

    /// <summary>Writes markup of our own that holds nothing from outside.</summary>
    public void Verbatim(string markup) => Raw(markup);

    private void Raw(string markup) => output.Write(markup);

    private void Text(string? text)
    {
        var clean = DisplayText.Clean(text ?? "");
        var length = Math.Min(clean.Length, LongestText);
        var from = 0;
        for (var i = 0; i < length; i++)
        {
            var safe = clean[i] switch
            {
                '<' => "&lt;",
                '>' => "&gt;",
                '&' => "&amp;",
                '"' => "&quot;",
                '\'' => "&#39;",
                _ when char.IsSurrogate(clean[i]) && !IsPaired(clean, i) => "\uFFFD",
                _ => null,
            };
            if (safe is not null)
            {
                output.Write(clean.AsSpan(from, i - from));
                output.Write(safe);
                from = i + 1;
            }
        }

        output.Write(clean.AsSpan(from, length - from));
        if (clean.Length > length)
        {
            output.Write("…");
        }
    }

    private static bool IsPaired(string text, int at) => char.IsHighSurrogate(text[at])
        ? at + 1 < text.Length && char.IsLowSurrogate(text[at + 1])
        : at > 0 && char.IsHighSurrogate(text[at - 1]);

    /// <summary>An interpolated text that is written as it is read.</summary>
    [InterpolatedStringHandler]
    internal readonly ref struct Markup
    {
        private readonly HtmlWriter _writer;

        public Markup(int literalLength, int formattedCount, HtmlWriter writer) => _writer = writer;

        public void AppendLiteral(string markup) => _writer.Raw(markup);

        public void AppendFormatted(string? text) => _writer.Text(text);

        public void AppendFormatted(double number) => _writer.Raw(number.ToString("0.##", CultureInfo.InvariantCulture));

        public void AppendFormatted<T>(T value) => _writer.Text(value is IFormattable number ? number.ToString(null, CultureInfo.InvariantCulture) : value?.ToString());

        public void AppendFormatted<T>(T value, string format)
            where T : IFormattable => _writer.Text(value.ToString(format, CultureInfo.InvariantCulture));

        internal void End()
        {
        }
    }
}
