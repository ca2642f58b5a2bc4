using System.Management.Automation;

namespace PacketPath.Binding;

/// <summary>Turns names into completions: those that match what was typed, quoted where they must be.</summary>
internal static class CompletionText
{
    /// <summary>The completions of a word.</summary>
    /// <param name="word">What was typed, quotes included.</param>
    /// <param name="candidates">The names, each with what is told about it.</param>
    public static IEnumerable<CompletionResult> Match(string word, IEnumerable<(string Name, string ToolTip)> candidates)
    {
        var typed = word.Trim('\'', '"');
        var pattern = WildcardPattern.Get(WildcardPattern.Escape(typed) + "*", WildcardOptions.IgnoreCase);
        foreach (var (name, toolTip) in candidates)
        {
            if (pattern.IsMatch(name))
            {
                yield return new CompletionResult(Quote(name), name, CompletionResultType.ParameterValue, toolTip);
            }
        }
    }

    private static string Quote(string name) =>
        name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':') ? name : "'" + name.Replace("'", "''") + "'";
}
