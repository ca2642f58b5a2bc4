using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace PacketPath.Probes;

/// <summary>One CONNECT: a proxy at one of its addresses, and where the tunnel is to end.</summary>
/// <param name="Tunnel">Where the tunnel is to end.</param>
/// <param name="Proxy">The proxy.</param>
/// <param name="Address">The proxy's address to connect to.</param>
/// <param name="Variable">The environment variable that named the proxy; null where the user did.</param>
public sealed record ProxyTarget(TunnelTarget Tunnel, ProxyAddress Proxy, IPAddress Address, string? Variable = null);

/// <summary>How a proxy probe goes about it.</summary>
public sealed record ProxyProbeOptions : ApplicationProbeOptions
{
    /// <summary>Creates options.</summary>
    public ProxyProbeOptions()
    {
    }

    /// <summary>Creates options that share with others what every application probe is told.</summary>
    [SetsRequiredMembers]
    public ProxyProbeOptions(ApplicationProbeOptions like)
        : base(like)
    {
    }

    /// <summary>User and password for the proxy; null for those of the proxy's address, if it has any.</summary>
    public NetworkCredential? Credential { get; init; }

    /// <summary>The server name of a TLS handshake through the tunnel; null for none.</summary>
    public string? ServerName { get; init; }

    /// <summary>True to send the credential even to a proxy whose certificate is not trusted.</summary>
    public bool SkipCertificateCheck { get; init; }
}

/// <summary>Asks proxies for tunnels, many at once. Results come as they complete.</summary>
public sealed class ProxyProbe : Probe<ProxyTarget, ProxyConnectResult>
{
    /// <summary>Starts the probe's thread.</summary>
    public ProxyProbe(ProxyProbeOptions options)
        : base(sink => new ProxyEngine(options, sink))
    {
    }

    /// <summary>Probes a list of targets and gives the results as they complete.</summary>
    /// <exception cref="SynProbeException">A target could not be probed as asked.</exception>
    public static IEnumerable<ProxyConnectResult> Run(ProxyProbeOptions options, IEnumerable<ProxyTarget> targets, CancellationToken stop = default) =>
        Run(() => new ProxyProbe(options), targets, stop);
}
