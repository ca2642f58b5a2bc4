using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace PacketPath.Probes;

/// <summary>One question to one name server.</summary>
/// <param name="ServerName">The server as the user wrote it.</param>
/// <param name="Server">Its address.</param>
/// <param name="Name">The name to ask for, complete: nothing is appended to it.</param>
/// <param name="Type">The type to ask for: <c>A</c>, <c>AAAA</c>, <c>TYPE65</c> ...</param>
/// <param name="ServerSource">Where the server's address is from.</param>
public sealed record DnsTarget(string ServerName, IPAddress Server, string Name, string Type = "A", string ServerSource = "-Server")
{
    /// <summary>The target whose name is being looked up by it, as the user wrote it; null where the server is asked for its own sake.</summary>
    public string? LookedUpFor { get; init; }
}

/// <summary>How a DNS probe goes about it.</summary>
public sealed record DnsProbeOptions : ApplicationProbeOptions
{
    /// <summary>Creates options.</summary>
    public DnsProbeOptions()
    {
    }

    /// <summary>Creates options that share with others what every application probe is told.</summary>
    [SetsRequiredMembers]
    public DnsProbeOptions(ApplicationProbeOptions like)
        : base(like)
    {
    }

    /// <summary>The servers' port.</summary>
    public int ServerPort { get; init; } = 53;

    /// <summary>The buffer sizes to state by EDNS, each asked in a query of its own; 0 for a query without EDNS.</summary>
    public IReadOnlyList<int> BufferSizes { get; init; } = [512, 1232, 4096];

    /// <summary>How long an answer over UDP is waited for before other ways are tried beside: without EDNS, and over TCP; null for a third of the timeout.</summary>
    public TimeSpan? Patience { get; init; }

    /// <summary>True to send a cookie along (RFC 7873).</summary>
    public bool Cookies { get; init; } = true;

    /// <summary>True to ask for the records of DNSSEC as well, which makes answers large.</summary>
    public bool Dnssec { get; init; }
}

/// <summary>Asks name servers over UDP with several buffer sizes, and over TCP where that is called for. Results come as they complete.</summary>
public sealed class DnsProbe : Probe<DnsTarget, DnsTruncationResult>
{
    /// <summary>Starts the probe's thread.</summary>
    public DnsProbe(DnsProbeOptions options)
        : base(sink => Engine(options, sink))
    {
    }

    /// <summary>Puts a list of questions and gives the results as they complete.</summary>
    /// <exception cref="SynProbeException">A question could not be put as asked.</exception>
    public static IEnumerable<DnsTruncationResult> Run(DnsProbeOptions options, IEnumerable<DnsTarget> targets, CancellationToken stop = default) =>
        Run(() => new DnsProbe(options), targets, stop);

    private static DnsEngine Engine(DnsProbeOptions options, Action<ProbeOutput<DnsTarget, DnsTruncationResult>> sink)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new DnsEngine(options, sink);
    }
}
