using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace PacketPath.Binding;

/// <summary>Completes application protocols as TLS names them (RFC 7301).</summary>
public sealed class AlpnCompleter : IArgumentCompleter
{
    private static readonly (string Name, string ToolTip)[] Protocols =
    [
        ("h2", "HTTP/2"),
        ("http/1.1", "HTTP/1.1"),
        ("imap", "IMAP"),
        ("pop3", "POP3"),
        ("dot", "DNS over TLS"),
        ("mqtt", "MQTT"),
        ("postgresql", "PostgreSQL"),
        ("xmpp-client", "XMPP"),
        ("acme-tls/1", "ACME challenge"),
    ];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        CompletionText.Match(wordToComplete, Protocols);
}
