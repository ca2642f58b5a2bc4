namespace PacketPath.Labs;

/// <summary>Something that listens on a node.</summary>
public sealed record LabService
{
    /// <summary>What kind it is.</summary>
    public required LabServiceKind Kind { get; init; }

    /// <summary>The port, for the built-in kinds.</summary>
    public int Port { get; init; }

    /// <summary>The address to bind; null for every address of both families.</summary>
    public string? Address { get; init; }

    /// <summary>The listen backlog of <see cref="LabServiceKind.TcpListen"/>.</summary>
    public int Backlog { get; init; } = 128;

    /// <summary>How full <see cref="LabServiceKind.TrackedFlows"/> makes connection tracking, in percent of its limit.</summary>
    public int Percent { get; init; } = 100;

    /// <summary>What <see cref="LabServiceKind.Tls"/> serves; null for the other kinds.</summary>
    public LabTls? Tls { get; init; }

    /// <summary>The server names that <see cref="LabServiceKind.Quic"/> gives no answer to, as if their Initials were dropped on the way.</summary>
    public IReadOnlyList<string> SilentNames { get; init; } = [];

    /// <summary>The server names that <see cref="LabServiceKind.Quic"/> refuses.</summary>
    public IReadOnlyList<string> RefusedNames { get; init; } = [];

    /// <summary>True where <see cref="LabServiceKind.Quic"/> first asks for proof of the address.</summary>
    public bool Retry { get; init; }

    /// <summary>What <see cref="LabServiceKind.Proxy"/> makes of a CONNECT.</summary>
    public LabProxyAnswer Answer { get; init; }

    /// <summary>The status it answers with, where <see cref="Answer"/> is <see cref="LabProxyAnswer.Status"/>.</summary>
    public int Status { get; init; } = 403;

    /// <summary>The credential it wants, as <c>user:password</c>; null where it serves anyone.</summary>
    public string? Credential { get; init; }

    /// <summary>What <see cref="LabServiceKind.Dns"/> answers; null for every other kind.</summary>
    public LabDns? Dns { get; init; }

    /// <summary>The command of <see cref="LabServiceKind.Command"/>, run with <c>sh</c>.</summary>
    public string? Run { get; init; }

    /// <summary>When the command counts as ready; null for at once.</summary>
    public LabReadiness? Ready { get; init; }
}

/// <summary>The kinds of service.</summary>
public enum LabServiceKind
{
    /// <summary>Accepts TCP connections and holds them open.</summary>
    TcpAccept,

    /// <summary>Listens on TCP and never accepts.</summary>
    TcpListen,

    /// <summary>Returns every UDP datagram to its sender.</summary>
    UdpEcho,

    /// <summary>Takes UDP datagrams and never reads them.</summary>
    UdpListen,

    /// <summary>Fills connection tracking of the node with established flows over its loopback.</summary>
    TrackedFlows,

    /// <summary>Speaks TLS, with certificates of the lab's own authority.</summary>
    Tls,

    /// <summary>Answers the first packets of QUIC: Version Negotiation, and Initials of version 1.</summary>
    Quic,

    /// <summary>An HTTP proxy that takes CONNECT.</summary>
    Proxy,

    /// <summary>A small name server, over UDP and TCP.</summary>
    Dns,

    /// <summary>Any command.</summary>
    Command,
}

/// <summary>What a proxy makes of a CONNECT.</summary>
public enum LabProxyAnswer
{
    /// <summary>It connects to the address asked for and builds the tunnel; 503 where that fails.</summary>
    Tunnel,

    /// <summary>It answers with a status of the scenario's choice.</summary>
    Status,

    /// <summary>It greets like a mail server: what listens is no proxy at all.</summary>
    NotHttp,

    /// <summary>It reads, and says nothing.</summary>
    Silence,
}

/// <summary>When a command service is ready. Exactly one condition is set.</summary>
public sealed record LabReadiness
{
    /// <summary>A TCP socket of the node listens on this port.</summary>
    public int? TcpPort { get; init; }

    /// <summary>This file is there.</summary>
    public string? File { get; init; }

    /// <summary>The command has written this text.</summary>
    public string? Output { get; init; }

    /// <summary>How long to wait for it.</summary>
    public double TimeoutSeconds { get; init; } = 10;
}
