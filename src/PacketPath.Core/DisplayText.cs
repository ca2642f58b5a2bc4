using System.Text;

namespace PacketPath;

/// <summary>Makes text that came from outside safe to show on a terminal.</summary>
internal static class DisplayText
{
    /// <summary>The text with every control character, and every character that reorders its neighbours, replaced by U+FFFD.</summary>
    public static string Clean(string text)
    {
        foreach (var character in text)
        {
            if (IsUnsafe(character))
            {
                return Replace(text);
            }
        }

        return text;
    }

    private static string Replace(string text)
    {
        var builder = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            builder.Append(IsUnsafe(character) ? '\uFFFD' : character);
        }

        return builder.ToString();
    }

    private static bool IsUnsafe(char character) =>
        character is < ' ' or (>= '\u007f' and <= '\u009f')
            or '\u061c' or '\u200e' or '\u200f' or (>= '\u2028' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
