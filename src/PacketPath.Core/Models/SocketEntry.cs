using PacketPath.HostState;
using PacketPath.Netlink.SocketDiag;

namespace PacketPath;

/// <summary>One socket as the kernel describes it (sock_diag, linux/inet_diag.h): endpoints, state, queues and their limits, timers, memory, owner.</summary>
public sealed record SocketEntry : DestinationEvidence
{
    private SocketDetails _details;
    private SocketOwnership? _ownership;

    /// <summary>Stream (TCP), Datagram (UDP) or Raw.</summary>
    public SocketKind Kind { get; init; }

    /// <summary>The family the socket was opened with. An IPv6 socket may carry IPv4 in mapped addresses (<c>::ffff:192.0.2.1</c>).</summary>
    public AddressFamily AddressFamily { get; init; }

    /// <summary>The local address; <c>0.0.0.0</c> or <c>::</c> for every one.</summary>
    public string LocalAddress { get; init; } = "";

    /// <summary>The local port; 0 for a raw socket.</summary>
    public int LocalPort { get; init; }

    /// <summary>The state; Absent where a piped result asked for a socket that is not there.</summary>
    public SocketState State { get; init; }

    /// <summary>Where a piped result asked for this socket: the address whose traffic it answers, or would; null in plain listings.</summary>
    public string? AskedAddress { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The port that goes with AskedAddress; 0 in plain listings.</summary>
    public int AskedPort { get; init; }

    /// <summary>Bytes received and not yet read by the application; null for a listening socket.</summary>
    public int? ReceiveQueueBytes { get; init; }

    /// <summary>Bytes written and not yet acknowledged (TCP) or sent (UDP, raw); null for a listening socket.</summary>
    public int? SendQueueBytes { get; init; }

    /// <summary>A listening socket's completed connections that wait for accept(); null for any other.</summary>
    public int? AcceptQueueLength { get; init; }

    /// <summary>How many may wait (the smaller of the backlog and net.core.somaxconn): one more still fits, the next is dropped. Null for any other socket.</summary>
    public int? AcceptQueueLimit { get; init; }

    /// <summary>A listening socket's half-open connections (SYN received, handshake not complete); counted only where a piped result asked for the listener.</summary>
    public int? SynQueueLength { get; init; }

    /// <summary>The timer that runs.</summary>
    public SocketTimer Timer { get; init; }

    /// <summary>Milliseconds until it fires; null where none runs.</summary>
    public int? TimerMilliseconds { get; init; }

    /// <summary>How often it fired in a row: retransmissions, or probes unanswered.</summary>
    public int Retransmits { get; init; }

    /// <summary>The interface the socket is bound to (SO_BINDTODEVICE, or a link-local address); null where none.</summary>
    public string? InterfaceAlias { get; init => field = EmptyText.AsNull(value); }

    /// <summary>That interface's index; 0 where none.</summary>
    public int InterfaceIndex { get; init; }

    /// <summary>True where an IPv6 socket takes no IPv4; null where the kernel does not say.</summary>
    public bool? Ipv6Only { get; init; }

    /// <summary>The firewall mark (SO_MARK); null where the kernel does not tell, which it does only with CAP_NET_ADMIN.</summary>
    public long? Mark { get; init; }

    /// <summary>The user the socket belongs to.</summary>
    public long UserId { get; init; }

    /// <summary>The socket's inode; 0 for one that no process holds any more.</summary>
    public long Inode { get; init; }

    /// <summary>The kernel's cookie: the same socket has the same one for life.</summary>
    public long Cookie { get; init; }

    /// <summary>The control group of version 2, by id; null where the kernel does not say.</summary>
    public long? CgroupId { get; init; }

    /// <summary>The congestion control algorithm; null for any but TCP.</summary>
    public string? CongestionControl { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The directions shut down: Receive, Send, both, or none.</summary>
    public string[] Shutdown { get; init; } = [];

    /// <summary>The type-of-service byte it sends (IP_TOS); null where the kernel does not say.</summary>
    public int? TypeOfService { get; init; }

    /// <summary>The IPv6 traffic class it sends (IPV6_TCLASS); null where the kernel does not say.</summary>
    public int? TrafficClass { get; init; }

    /// <summary>The socket options that are set, of those sock_diag reports: Transparent, FreeBind, BindAddressNoPort, ReceiveErrors ...</summary>
    public string[] Options { get; init; } = [];

    /// <summary>Memory in use and its limits, and packets dropped by the socket itself; null where the kernel does not say.</summary>
    public SocketMemory? Memory
    {
        get => field ?? _details.Memory();
        init
        {
            field = value;
            _details = _details with { MemoryLength = 0, Offset = _details.Offset + _details.MemoryLength };
        }
    }

    /// <summary>What TCP knows of the connection; null for any but TCP, and for connections without a full socket (SynReceived, TimeWait).</summary>
    public SocketTcpInfo? TcpInfo
    {
        get => field ?? _details.TcpInfo();
        init
        {
            field = value;
            _details = _details with { TcpLength = 0 };
        }
    }

    /// <summary>The process that holds the socket: the one with the lowest id where several do. Null where none is known: see NotObserved.</summary>
    public int? OwningProcess
    {
        get => field ?? (Owners.Length == 0 ? null : Owners[0].ProcessId);
        init;
    }

    /// <summary>That process's name.</summary>
    public string? OwningProcessName
    {
        get => field ?? (Owners.Length == 0 ? null : Owners[0].ProcessName);
        init => field = EmptyText.AsNull(value);
    }

    /// <summary>Every process that holds the socket, with its descriptor.</summary>
    public SocketOwner[] Owners
    {
        get => _ownership?.Of(Inode) ?? field;
        init
        {
            field = value;
            _ownership = null;
        }
    } = [];

    /// <summary>What could not be observed of this socket, why, and the remedy.</summary>
    public MissingObservation[] NotObserved
    {
        get => _ownership?.NotObserved(Inode, field) ?? field;
        init;
    } = [];

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString()
    {
        static string End(string address, int port) => (address.Contains(':') ? "[" + address + "]" : address) + ":" + (port == 0 ? "*" : port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return $"{(Kind == SocketKind.Raw ? "Raw " : "")}{Protocol} {End(LocalAddress, LocalPort)} {End(RemoteAddress, RemotePort)} {State}";
    }

    /// <summary>Adds what is read only when it is asked for, before the object is handed out.</summary>
    internal void Attach(in SocketDetails details, SocketOwnership? ownership)
    {
        _details = details;
        _ownership = ownership;
    }
}

/// <summary>The kinds of socket that are listed.</summary>
public enum SocketKind
{
    /// <summary>TCP.</summary>
    Stream = 1,

    /// <summary>UDP.</summary>
    Datagram = 2,

    /// <summary>Raw IP.</summary>
    Raw = 3,
}

/// <summary>A socket's state, in the words of Get-NetTCPConnection, and what Linux adds. The numbers are the kernel's.</summary>
public enum SocketState
{
    /// <summary>There is no such socket.</summary>
    Absent = 0,

    /// <summary>Connected. A UDP or raw socket with a peer counts as connected too.</summary>
    Established = 1,

    /// <summary>A SYN was sent; nothing came back yet.</summary>
    SynSent = 2,

    /// <summary>A SYN was received; the handshake is not complete.</summary>
    SynReceived = 3,

    /// <summary>Closed on this side; the FIN is not acknowledged yet.</summary>
    FinWait1 = 4,

    /// <summary>Closed on this side; the peer has not closed yet.</summary>
    FinWait2 = 5,

    /// <summary>Over; the pair of endpoints is kept for a minute.</summary>
    TimeWait = 6,

    /// <summary>Not connected and not listening; a UDP or raw socket without a peer.</summary>
    Unconnected = 7,

    /// <summary>The peer has closed; this side has not.</summary>
    CloseWait = 8,

    /// <summary>Both have closed; the last FIN is not acknowledged yet.</summary>
    LastAck = 9,

    /// <summary>Listening.</summary>
    Listen = 10,

    /// <summary>Both have closed at once.</summary>
    Closing = 11,

    /// <summary>Bound to a port, neither connected nor listening (Linux 6.8 and later); listed only where asked for.</summary>
    Bound = 13,
}

/// <summary>The timers of a socket (idiag_timer).</summary>
public enum SocketTimer
{
    /// <summary>None runs.</summary>
    None = 0,

    /// <summary>Retransmission.</summary>
    Retransmit = 1,

    /// <summary>Keep-alive.</summary>
    KeepAlive = 2,

    /// <summary>The end of TIME-WAIT.</summary>
    TimeWait = 3,

    /// <summary>The probe of a closed window.</summary>
    WindowProbe = 4,
}

/// <summary>One process that holds a socket.</summary>
public sealed record SocketOwner
{
    /// <summary>The process id, as this process's pid namespace numbers it.</summary>
    public int ProcessId { get; init; }

    /// <summary>The process's name (<c>/proc/PID/comm</c>).</summary>
    public string ProcessName { get; init; } = "";

    /// <summary>The descriptor it holds the socket by.</summary>
    public int FileDescriptor { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{ProcessName} ({ProcessId}), fd {FileDescriptor}";
}
