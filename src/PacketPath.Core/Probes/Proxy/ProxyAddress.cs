using System.Net;
using PacketPath.Targets;

namespace PacketPath.Probes;

/// <summary>A proxy as a user or the environment names it. What stood before the host's <c>@</c> is kept for the proxy alone and never shown.</summary>
public sealed class ProxyAddress
{
    private const int HttpPort = 80;
    private const int HttpsPort = 443;
    private const int LongestUserInfo = 1024;

    private ProxyAddress(bool isSecure, Target host, int port, NetworkCredential? credential)
    {
        (IsSecure, Host, Port, Credential) = (isSecure, host, port, credential);
        Uri = $"{(isSecure ? "https" : "http")}://{HostPort.Text(HostText, port)}";
    }

    /// <summary>True where the proxy itself is spoken to in TLS (<c>https://</c>).</summary>
    public bool IsSecure { get; }

    /// <summary>The proxy's host.</summary>
    public Target Host { get; }

    /// <summary>The host as one text, to be resolved: a name, or an address with its zone.</summary>
    public string HostText => Host.HostName ?? Host.Address + (Host.Zone is null ? "" : "%" + Host.Zone);

    /// <summary>The proxy's port.</summary>
    public int Port { get; }

    /// <summary>The proxy as an address, without user and password.</summary>
    public string Uri { get; }

    /// <summary>User and password written into the address; null where none were.</summary>
    public NetworkCredential? Credential { get; }

    /// <summary>Reads a proxy: <c>http://host:port</c>, <c>https://host:port</c> or <c>host:port</c>, perhaps with <c>user:password@</c> before the host.</summary>
    /// <exception cref="TargetException">It is none; the message shows nothing of what stood before an <c>@</c>.</exception>
    public static ProxyAddress Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var rest = text.Trim();
        var secure = false;
        if (rest.IndexOf("://", StringComparison.Ordinal) is >= 0 and var end && rest.AsSpan(0, end).IndexOfAny('/', '@') < 0)
        {
            var scheme = rest[..end].ToLowerInvariant();
            secure = scheme == "https";
            if (scheme is not ("http" or "https"))
            {
                throw Wrong(text, scheme.StartsWith("socks", StringComparison.Ordinal) ? "is a SOCKS proxy, which takes no CONNECT" : "has a scheme that is not http or https", "Give an HTTP proxy, for example http://proxy.example.com:3128.");
            }

            rest = rest[(end + 3)..];
        }

        // The last @, as a password may hold others.
        var at = rest.LastIndexOf('@');
        var user = at < 0 ? null : rest[..at];
        rest = rest[(at + 1)..];
        var slash = rest.IndexOfAny(['/', '?', '#']);
        if (slash >= 0 && rest[slash..] != "/")
        {
            throw Wrong(text, "has a path, which a proxy has not", "Give host and port alone, for example http://proxy.example.com:3128.");
        }

        var (host, port) = HostPort.Split(slash < 0 ? rest : rest[..slash], Shown(text), secure ? HttpsPort : HttpPort);
        return new ProxyAddress(secure, host, port, user is null ? null : ReadUser(text, user));
    }

    // Anything else before :// may be a user and password.
    private static readonly System.Buffers.SearchValues<char> SchemeLetters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+.-");

    /// <summary>A proxy's text without what must not be shown.</summary>
    public static string Shown(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var at = text.LastIndexOf('@');
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        return DisplayText.Clean(at < 0 ? text : (scheme > 0 && scheme < at && text.AsSpan(0, scheme).IndexOfAnyExcept(SchemeLetters) < 0 ? text[..(scheme + 3)] : "") + "***" + text[at..]);
    }

    /// <summary>The proxy as an address, without user and password.</summary>
    public override string ToString() => Uri;

    private static NetworkCredential ReadUser(string text, string user)
    {
        var colon = user.IndexOf(':');
        var name = System.Uri.UnescapeDataString(colon < 0 ? user : user[..colon]);
        var password = colon < 0 ? "" : System.Uri.UnescapeDataString(user[(colon + 1)..]);
        return user.Length > LongestUserInfo ? throw Wrong(text, "holds a user and password that are too long", $"Give -Credential instead.")
            : BasicCredential.Problem(name, password) is { } problem ? throw Wrong(text, problem, "Give -Credential with another user name.")
            : new NetworkCredential(name, password);
    }

    private static TargetException Wrong(string text, string what, string advice)
    {
        var shown = Shown(text);
        return new TargetException(TargetProblem.Malformed, shown, $"The proxy '{shown}' {what}.", advice);
    }
}
