using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PacketPath.HostState;
using PacketPath.Interop;
using PacketPath.Netlink;

namespace PacketPath.Binding;

/// <summary>Completes the names of firewall tables and base chains, of the namespace that -NetNamespace names.</summary>
public sealed class FirewallNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        try
        {
            using var networkNamespace = NetworkNamespace.Open(fakeBoundParameters["NetNamespace"]?.ToString());
            using var ruleset = FirewallRuleset.Open(networkNamespace);
            var isTable = parameterName.Equals("Table", StringComparison.OrdinalIgnoreCase);
            var names = ruleset.BaseChains(CancellationToken.None)
                .Select(chain => isTable
                    ? (chain.Table, $"{chain.Family} table")
                    : (chain.Chain, $"{chain.Hook} of {chain.Family} {chain.Table}"))
                .DistinctBy(static name => name.Item1);
            return CompletionText.Match(wordToComplete, names).ToList();
        }
        catch (Exception exception) when (exception is NetNamespaceException or LinuxException or NetlinkDecodeException)
        {
            // A completion has no place for an error.
            return [];
        }
    }
}
