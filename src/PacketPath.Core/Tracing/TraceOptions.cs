using System.Net;
using PacketPath.Probes;
using PacketPath.Tls;

namespace PacketPath.Tracing;

/// <summary>How a path is traced.</summary>
public sealed record TraceOptions : ApplicationProbeOptions
{
    /// <summary>How long a trace waits for an answer: long enough for the SYN that is repeated after one second.</summary>
    public const double DefaultTimeoutSeconds = 1.1;

    /// <summary>Creates options; many targets are traced at once.</summary>
    public TraceOptions()
    {
        ThrottleLimit = 1024;
        Timeout = TimeSpan.FromSeconds(DefaultTimeoutSeconds);
    }

    /// <summary>True to go further: find the last hop that answers, compare a refusal with a packet of the target's own, measure the path MTU.</summary>
    public bool Deep { get; init; }

    /// <summary>The highest TTL of a walk.</summary>
    public int MaxHops { get; init; } = 30;

    /// <summary>True to ask for QUIC beside TCP.</summary>
    public bool Quic { get; init; }

    /// <summary>True to try targets by datagrams in place of TCP.</summary>
    public bool Udp { get; init; }

    /// <summary>The datagram to send, whatever the port; null for a question that fits the port.</summary>
    public byte[]? Payload { get; init; }

    /// <summary>The name to ask for in a TLS or QUIC handshake; null for none.</summary>
    public string? ServerName { get; init; }

    /// <summary>A name to compare the TLS handshake with; null for none, and a handshake without a name is made where one is needed.</summary>
    public string? ControlName { get; init; }

    /// <summary>The name to ask the target for as a name server; null for none.</summary>
    public string? QueryName { get; init; }

    /// <summary>The type of record to ask it for.</summary>
    public string QueryType { get; init; } = "A";

    /// <summary>What certificates are judged by.</summary>
    public TlsTrust Trust { get; init; } = TlsTrust.System;

    /// <summary>Is told, from any thread, what is being done.</summary>
    public IProgress<string>? Progress { get; init; }
}

/// <summary>One target of a trace.</summary>
/// <param name="Name">The target as the user wrote it.</param>
/// <param name="Address">The address to trace; null where the name is to be looked up, and each of its addresses traced.</param>
/// <param name="Port">The port.</param>
public sealed record TraceTarget(string Name, IPAddress? Address, int Port)
{
    /// <summary>Of a name: the family of its addresses that is traced; null for both.</summary>
    public AddressFamily? Family { get; init; }

    /// <summary>Where the target is a proxy: the tunnel to ask it for; null elsewhere.</summary>
    public TraceTunnel? Tunnel { get; init; }
}

/// <summary>A tunnel to ask a proxy for.</summary>
/// <param name="Target">Where the tunnel is to end.</param>
/// <param name="Proxy">The proxy as the user wrote it.</param>
public sealed record TraceTunnel(TunnelTarget Target, ProxyAddress Proxy);
