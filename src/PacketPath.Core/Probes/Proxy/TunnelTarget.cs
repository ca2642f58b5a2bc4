using PacketPath.Targets;

namespace PacketPath.Probes;

/// <summary>Where a tunnel is to end, as a user names it: a URI or <c>host:port</c>. The proxy resolves the name, not this host.</summary>
public sealed record TunnelTarget
{
    private const int HttpPort = 80;
    private const int HttpsPort = 443;

    /// <summary>The target as the user wrote it, without user and password.</summary>
    public required string Text { get; init; }

    /// <summary>The scheme that chooses the environment's variable: of the URI, else https.</summary>
    public required string Scheme { get; init; }

    /// <summary>The name in its ASCII form, or the address.</summary>
    public required string Host { get; init; }

    /// <summary>The port.</summary>
    public required int Port { get; init; }

    /// <summary>Host and port as CONNECT asks for them.</summary>
    public string Authority => HostPort.Text(Host, Port);

    /// <summary>Reads a target.</summary>
    /// <exception cref="TargetException">It is neither a URI nor <c>host:port</c>.</exception>
    public static TunnelTarget Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var shown = ProxyAddress.Shown(text.Trim());
        var rest = text.Trim();
        var scheme = "https";
        var defaultPort = HttpsPort;
        if (rest.IndexOf("://", StringComparison.Ordinal) is > 0 and var end && rest.AsSpan(0, end).IndexOfAny('/', '@') < 0)
        {
            scheme = rest[..end].ToLowerInvariant();
            defaultPort = scheme switch { "http" or "ws" => HttpPort, "https" or "wss" => HttpsPort, _ => 0 };
            rest = rest[(end + 3)..];
            var path = rest.IndexOfAny(['/', '?', '#']);
            rest = path < 0 ? rest : rest[..path];
            rest = rest[(rest.LastIndexOf('@') + 1)..];
        }

        var (host, port) = HostPort.Split(rest, shown, defaultPort);
        if (host.Zone is not null)
        {
            throw new TargetException(TargetProblem.Malformed, shown, $"'{shown}' has a zone, which means something on this host alone.", "Give an address that the proxy can reach.");
        }

        return port == 0
            ? throw new TargetException(TargetProblem.Malformed, shown, $"'{shown}' has no port, and its scheme has none that is known.", $"Write the port: {scheme}://{rest}:PORT.")
            : new TunnelTarget { Text = shown, Scheme = scheme, Host = HostPort.Name(host), Port = port };
    }
}
