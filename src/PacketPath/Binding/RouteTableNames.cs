using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using PacketPath.Commands;
using PacketPath.HostState;

namespace PacketPath.Binding;

/// <summary>Routing tables as parameters name them: by name or number.</summary>
internal static class RouteTableNames
{
    /// <summary>The numbers of the tables; null where none is named, which means all.</summary>
    /// <param name="names">What the user wrote.</param>
    /// <param name="report">Told of each name that is not known.</param>
    public static HashSet<long>? Read(string[]? names, Action<RouteQuestionException> report)
    {
        if (names is null)
        {
            return null;
        }

        var tables = new HashSet<long>();
        foreach (var name in names)
        {
            uint? number = uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed)
                ? parsed
                : IprouteNames.Tables.Number(name);
            if (number is { } known)
            {
                tables.Add(known);
            }
            else
            {
                report(new RouteQuestionException("TableNotFound", name, $"There is no routing table named '{name}'.", "Give its number, or a name from /etc/iproute2/rt_tables."));
            }
        }

        return tables;
    }
}

/// <summary>Completes the names of routing tables.</summary>
public sealed class RouteTableCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        CompletionText.Match(wordToComplete, IprouteNames.Tables.All.Where(static name => name != "unspec").Select(static name => (name, $"table {IprouteNames.Tables.Number(name)}"))).ToList();
}
