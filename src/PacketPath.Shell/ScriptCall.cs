using System.Management.Automation.Language;
using System.Text;
using System.Text.RegularExpressions;

namespace PacketPath.Shell;

/// <summary>Writes the command line that runs a script file with the words it was given, as a user would have typed it.</summary>
internal static partial class ScriptCall
{
    /// <summary>The command line, followed by the hand-over of the script's exit code: the engine keeps it in <c>$LASTEXITCODE</c>.</summary>
    public static string Text(string path, IEnumerable<string> words)
    {
        var line = new StringBuilder("$global:LASTEXITCODE = $null; & ").Append(Quote(path));
        foreach (var word in words)
        {
            line.Append(' ').Append(Argument(word));
        }

        return line.Append("; if (-not $?) { exit ($global:LASTEXITCODE ?? 1) }").ToString();
    }

    private static string Argument(string word)
    {
        if (Parameter().Match(word) is not { Success: true } match)
        {
            return Quote(word);
        }

        var value = match.Groups["value"];
        return match.Groups["name"].Value + (value.Length == 0 ? "" : value.Value.ToLowerInvariant() is "$true" or "$false" ? value.Value : Quote(value.Value));
    }

    private static string Quote(string text) => "'" + CodeGeneration.EscapeSingleQuotedStringContent(text) + "'";

    [GeneratedRegex("^(?<name>-[A-Za-z_][A-Za-z0-9_-]*:?)(?<value>(?<=:).+)?$", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Parameter();
}
