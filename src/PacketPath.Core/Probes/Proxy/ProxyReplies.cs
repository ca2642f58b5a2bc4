using System.Globalization;

namespace PacketPath.Probes;

/// <summary>What a proxy's reply comes to. Pure.</summary>
internal static class ProxyReplies
{
    private const string Authenticate = "Proxy-Authenticate";
    private const byte TlsAlert = 0x15;
    private const byte TlsHandshake = 0x16;
    private const byte TlsMajor = 0x03;

    /// <summary>The outcome.</summary>
    /// <param name="reply">The reply as far as it was read; null where there is no status line.</param>
    /// <param name="state">How far that is.</param>
    /// <param name="ended">True where the connection ended before the header did; false where time did.</param>
    /// <param name="bytes">How many bytes came.</param>
    public static ProxyOutcome Outcome(HttpReply? reply, HttpReplyState state, bool ended, long bytes) => reply?.Status switch
    {
        407 => ProxyOutcome.AuthenticationRequired,
        501 or 505 => ProxyOutcome.Denied,
        >= 500 => ProxyOutcome.GatewayFailure,
        >= 300 or 101 => ProxyOutcome.Denied,
        >= 200 when state == HttpReplyState.Complete => ProxyOutcome.TunnelOpen,
        _ when state is HttpReplyState.NotHttp or HttpReplyState.TooLong => ProxyOutcome.NotHttp,
        _ when ended => ProxyOutcome.Closed,
        _ => bytes == 0 ? ProxyOutcome.Silent : ProxyOutcome.Incomplete,
    };

    /// <summary>What is wrong, in words; null where nothing is.</summary>
    public static string? Problem(HttpReplyReader reader, bool closed, string? failure, ReadOnlySpan<byte> first)
    {
        var odd = reader.Reply is { MalformedLines: > 0 } reply
            ? string.Create(CultureInfo.InvariantCulture, $"{reply.MalformedLines} of the header's lines are no fields")
            : null;
        return reader.State switch
        {
            HttpReplyState.Complete => odd,
            HttpReplyState.NotHttp when first is [TlsAlert or TlsHandshake, TlsMajor, ..] => "it answers in TLS: it may be an https:// proxy",
            HttpReplyState.NotHttp or HttpReplyState.TooLong => reader.Problem,
            _ when closed => reader.BytesRead == 0 ? "the connection was closed without a word" : "the connection was closed in the middle of the reply",
            _ => failure is not null && reader.BytesRead > 0 ? "the reply broke off: " + failure : failure,
        };
    }

    /// <summary>The schemes a proxy offers to be told a user by, each once.</summary>
    public static IEnumerable<string> Schemes(HttpReply reply) => reply.Headers
        .Where(static h => h.Name.Equals(Authenticate, StringComparison.OrdinalIgnoreCase))
        .SelectMany(static h => Parts(h.Value))
        .Select(static part => part.Split(' ', 2)[0])
        .Where(static word => word.Length > 0 && !word.Contains('=') && !word.Contains('"'))
        .Distinct(StringComparer.OrdinalIgnoreCase);

    // Commas part schemes and parameters alike; those in quotes part nothing.
    private static IEnumerable<string> Parts(string value)
    {
        var begin = 0;
        var quoted = false;
        for (var i = 0; i <= value.Length; i++)
        {
            if (i < value.Length && value[i] == '"')
            {
                quoted = !quoted;
            }
            else if (i == value.Length || (value[i] == ',' && !quoted))
            {
                yield return value[begin..i].Trim();
                begin = i + 1;
            }
        }
    }
}
