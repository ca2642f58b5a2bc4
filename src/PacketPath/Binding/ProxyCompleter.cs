using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PacketPath.Probes;
using PacketPath.Targets;

namespace PacketPath.Binding;

/// <summary>Completes the proxies that environment variables name, without user and password.</summary>
public sealed class ProxyCompleter : IArgumentCompleter
{
    private static readonly string[] Schemes = ["https", "http"];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        [.. CompletionText.Match(wordToComplete, Named().DistinctBy(static proxy => proxy.Name))];

    private static IEnumerable<(string Name, string ToolTip)> Named()
    {
        foreach (var variable in Schemes.SelectMany(ProxyEnvironment.Variables).Distinct())
        {
            if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value && Read(value) is { } proxy)
            {
                yield return (proxy.Uri, $"named by {variable}");
            }
        }
    }

    private static ProxyAddress? Read(string value)
    {
        try
        {
            return ProxyAddress.Parse(value);
        }
        catch (TargetException)
        {
            // A completion has no place for an error.
            return null;
        }
    }
}
