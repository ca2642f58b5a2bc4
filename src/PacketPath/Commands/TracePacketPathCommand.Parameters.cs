using System.Management.Automation;
using PacketPath.Binding;
using PacketPath.Tracing;

namespace PacketPath.Commands;

/// <content>What it is asked for.</content>
public sealed partial class TracePacketPathCommand
{
    /// <summary>The targets: addresses or names. A name is traced at every address it has; of one that does not resolve, the name servers are asked why. With -Listening, the addresses of this host that clients connect to; left out, the one it answers the client from.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Target", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(Position = 0, ParameterSetName = "Listening")]
    [Alias("RemoteAddress", "ComputerName", "cn", "Destination")]
    [ValidateNotNullOrEmpty]
    [NotEvidence]
    public string[] TargetName { get; set; } = [];

    /// <summary>The ports, 1 to 65535; each target is traced at each one. Default: 443.</summary>
    [Parameter(Position = 1, ParameterSetName = "Target", ValueFromPipelineByPropertyName = true)]
    [Parameter(Position = 1, ParameterSetName = "Listening")]
    [Alias("RemotePort")]
    [ValidateNotNullOrEmpty]
    public int[] Port { get; set; } = [TracePorts.Default];

    /// <summary>Tcp; Udp for datagrams in its place, with -Port; or Quic to ask for QUIC over UDP beside TCP. With -Listening, what comes in: a connection of TCP, or datagrams of UDP, which carry QUIC as well. Default: Tcp.</summary>
    [Parameter(ParameterSetName = "Target")]
    [Parameter(ParameterSetName = "Listening")]
    [ValidateSet("Tcp", "Udp", "Quic")]
    public string Protocol { get; set; } = "Tcp";

    /// <summary>With -Protocol Udp: the datagram to send, as bytes or as text (UTF-8). Default: a DNS query for port 53, an NTP query for port 123, a few bytes for any other.</summary>
    [Parameter(ParameterSetName = "Target")]
    [PayloadTransformation]
    [ValidateCount(1, 65507)]
    public byte[] Payload { get; set; } = [];

    /// <summary>Goes by this HTTP proxy, as a URI: the path traced is the one to the proxy, which is then asked for a tunnel to each target.</summary>
    [Parameter(ParameterSetName = "Target")]
    [ValidateNotNullOrEmpty]
    public string? Proxy { get; set; }

    /// <summary>Makes a TLS handshake with this name as well, where the target accepts the connection, and judges it; with -Protocol Quic a QUIC handshake, with -Proxy one through the tunnel.</summary>
    [Parameter(ParameterSetName = "Target")]
    [Alias("Sni")]
    [ValidateNotNullOrEmpty]
    public string? ServerName { get; set; }

    /// <summary>A name that is known to be served, asked beside -ServerName: where it gets further, the fault is about the name. Default: none, and no name is sent where a comparison is needed.</summary>
    [Parameter(ParameterSetName = "Target")]
    [ValidateNotNullOrEmpty]
    public string? ControlName { get; set; }

    /// <summary>Asks the target, as a name server, for this name as well, over UDP and TCP as Test-DnsTruncation does. The port is then 53 where none is given.</summary>
    [Parameter(ParameterSetName = "Target")]
    [ValidateNotNullOrEmpty]
    public string? QueryName { get; set; }

    /// <summary>With -QueryName: the type of record to ask for: A, AAAA, TXT, HTTPS ... or a number as in TYPE65. Default: A.</summary>
    [Parameter(ParameterSetName = "Target")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(DnsTypeCompleter))]
    public string QueryType { get; set; } = "A";

    /// <summary>Files of certificates to trust beside the system's, in PEM or DER.</summary>
    [Parameter(ParameterSetName = "Target")]
    [ValidateNotNullOrEmpty]
    public string[] TrustedCertificate { get; set; } = [];

    /// <summary>Asks this host as a server what it would do with a connection that comes in: its listener and queues, the input hooks, the reverse-path filter, the way back, connection tracking. Nothing is sent.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Listening")]
    public SwitchParameter Listening { get; set; }

    /// <summary>With -Listening: the client's address. Without one, what depends on the client cannot be told.</summary>
    [Parameter(ParameterSetName = "Listening")]
    [ValidateNotNullOrEmpty]
    public string? From { get; set; }

    /// <summary>A connection of this host, as Get-SocketEntry lists it, or a socket that takes datagrams: diagnosed from the socket and its path, and nothing is sent. With -Deep a connection's target is tried anew instead.</summary>
    [Parameter(ParameterSetName = "Target", ValueFromPipeline = true)]
    [SocketTransformation]
    public SocketEntry? InputObject { get; set; }

    /// <summary>Goes further: finds the last hop that answers, compares a refusal with a packet of the target's own, and measures the path MTU.</summary>
    [Parameter(ParameterSetName = "Target")]
    public SwitchParameter Deep { get; set; }

    /// <summary>The local address to send from. Default: the kernel's choice.</summary>
    [Parameter(ParameterSetName = "Target")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SourceAddressCompleter))]
    public string? SourceAddress { get; set; }

    /// <summary>The interface to send through, whatever the routes say; with -Listening, the one the client's packets come in by. Default: the routes' choice.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(InterfaceAliasCompleter))]
    public string? InterfaceAlias { get; set; }

    /// <summary>The firewall mark of the packets, as policy rules and firewalls see it. Needs CAP_NET_ADMIN.</summary>
    [Parameter(ParameterSetName = "Target")]
    public uint Mark { get; set; }

    /// <summary>The id of the user whose packets they are, as policy rules and firewalls see it. Default: your own. Another's needs CAP_SETUID.</summary>
    [Parameter(ParameterSetName = "Target")]
    public uint? Uid { get; set; }

    /// <summary>How many seconds to wait for an answer. Default: 1.1, enough for the retransmission after one second to be answered.</summary>
    [Parameter(ParameterSetName = "Target")]
    [ValidateRange(0.01, 3600.0)]
    public double TimeoutSeconds { get; set; } = TraceOptions.DefaultTimeoutSeconds;

    /// <summary>How many targets are traced at once. Default: 1024.</summary>
    [Parameter(ParameterSetName = "Target")]
    [ValidateRange(1, 60000)]
    public int ThrottleLimit { get; set; } = 1024;

    /// <summary>The highest TTL of a walk. Default: 30.</summary>
    [Parameter(ParameterSetName = "Target")]
    [ValidateRange(1, 255)]
    public int MaxHops { get; set; } = 30;

    /// <summary>Does without the packet capture: the answer then rests on the socket, its error queue and the host's state.</summary>
    [Parameter(ParameterSetName = "Target")]
    public SwitchParameter NoCapture { get; set; }

    /// <summary>Writes the evidence itself, in place of the trace made from it.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Traces the IPv4 addresses of a name only.</summary>
    [Parameter]
    public SwitchParameter IPv4 { get; set; }

    /// <summary>Traces the IPv6 addresses of a name only.</summary>
    [Parameter]
    public SwitchParameter IPv6 { get; set; }
}
