using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace PacketPath.Probes;

/// <summary>One destination of a QUIC probe.</summary>
/// <param name="Name">The target as the user wrote it.</param>
/// <param name="Address">The address.</param>
/// <param name="Port">The port, of UDP and TCP alike.</param>
public sealed record QuicTarget(string Name, IPAddress Address, int Port);

/// <summary>How a QUIC probe goes about it.</summary>
public sealed record QuicProbeOptions : ApplicationProbeOptions
{
    /// <summary>Creates options.</summary>
    public QuicProbeOptions()
    {
    }

    /// <summary>Creates options that share with others what every application probe is told.</summary>
    [SetsRequiredMembers]
    public QuicProbeOptions(ApplicationProbeOptions like)
        : base(like)
    {
    }

    /// <summary>The server name a handshake is begun with; null for Version Negotiation alone.</summary>
    public string? ServerName { get; init; }

    /// <summary>The name of the handshake that is begun where the first met silence; null for none.</summary>
    public string? ControlName { get; init; }

    /// <summary>The application protocols offered in a handshake.</summary>
    public IReadOnlyList<string> ApplicationProtocols { get; init; } = ["h3"];

    /// <summary>The closed port of the control datagrams.</summary>
    public int ControlPort { get; init; } = 33434;

    /// <summary>The highest TTL of the walk that is made where QUIC meets silence.</summary>
    public int MaxHops { get; init; } = 30;
}

/// <summary>Asks many destinations for QUIC at once, each beside a TCP attempt. Results come as they complete.</summary>
public sealed class QuicProbe : Probe<QuicTarget, QuicPathResult>
{
    /// <summary>Starts the probe.</summary>
    public QuicProbe(QuicProbeOptions options)
        : base(sink => new QuicEngine(options, sink))
    {
    }

    /// <summary>Probes a list of targets and gives the results as they complete.</summary>
    /// <exception cref="SynProbeException">A target could not be probed as asked.</exception>
    public static IEnumerable<QuicPathResult> Run(QuicProbeOptions options, IEnumerable<QuicTarget> targets, CancellationToken stop = default) =>
        Run(() => new QuicProbe(options), targets, stop);
}
