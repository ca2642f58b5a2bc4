using System.Diagnostics.CodeAnalysis;
using System.Net;
using PacketPath.Tls;

namespace PacketPath.Probes;

/// <summary>One destination of a TLS probe.</summary>
/// <param name="Name">The target as the user wrote it.</param>
/// <param name="Address">The address to connect to.</param>
/// <param name="Port">The TCP port.</param>
public sealed record TlsTarget(string Name, IPAddress Address, int Port);

/// <summary>How a TLS probe goes about it.</summary>
public sealed record TlsProbeOptions : ApplicationProbeOptions
{
    /// <summary>Creates options.</summary>
    public TlsProbeOptions()
    {
    }

    /// <summary>Creates options that share with others what every application probe is told.</summary>
    [SetsRequiredMembers]
    public TlsProbeOptions(ApplicationProbeOptions like)
        : base(like)
    {
    }

    /// <summary>The server names to ask each target for: host names, addresses (sent as no name, and held against the certificate), or empty texts (no name at all). Empty: the target's own name.</summary>
    public IReadOnlyList<string> ServerNames { get; init; } = [];

    /// <summary>A name for comparison; null for none, and a handshake without a name is made where one is needed.</summary>
    public string? ControlName { get; init; }

    /// <summary>The application protocols to offer; empty for none.</summary>
    public IReadOnlyList<string> Alpn { get; init; } = [];

    /// <summary>True to ask each name a second time with a ClientHello of more than one segment.</summary>
    public bool LargeClientHello { get; init; }

    /// <summary>What certificates are judged by.</summary>
    public TlsTrust Trust { get; init; } = TlsTrust.System;
}

/// <summary>Makes TLS handshakes with many destinations at once, one for each server name. Results come as they complete.</summary>
public sealed class TlsProbe : Probe<TlsTarget, TlsServerNameResult>
{
    /// <summary>Starts the probe's thread.</summary>
    public TlsProbe(TlsProbeOptions options)
        : base(sink => new TlsEngine(options, sink))
    {
    }

    /// <summary>Probes a list of targets and gives the results as they complete.</summary>
    /// <exception cref="SynProbeException">A target could not be probed as asked.</exception>
    public static IEnumerable<TlsServerNameResult> Run(TlsProbeOptions options, IEnumerable<TlsTarget> targets, CancellationToken stop = default) =>
        Run(() => new TlsProbe(options), targets, stop);
}
