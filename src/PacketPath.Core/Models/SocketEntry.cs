using PacketPath.HostState;
using PacketPath.Netlink.SocketDiag;

namespace PacketPath;

/// <summary>One socket as the kernel describes it (sock_diag, linux/inet_diag.h): endpoints, state, queues and their limits, timers, memory, owner.</summary>
public sealed record SocketEntry : DestinationEvidence
{
    // Tens of thousands are listed at once: what many of them have in common is kept once, the bulk unread, and what else was set apart.
    private SocketTraits _traits = SocketTraits.None;
    private SocketDetails _details;
    private SocketOwnership? _ownership;
    private SocketGiven? _given;

    /// <summary>Stream (TCP), Datagram (UDP) or Raw.</summary>
    public SocketKind Kind
    {
        get => _traits.Kind;
        init => _traits = _traits with { Kind = value };
    }

    /// <summary>The family the socket was opened with. An IPv6 socket may carry IPv4 in mapped addresses (<c>::ffff:192.0.2.1</c>).</summary>
    public AddressFamily AddressFamily
    {
        get => _traits.AddressFamily;
        init => _traits = _traits with { AddressFamily = value };
    }

    /// <summary>The local address; <c>0.0.0.0</c> or <c>::</c> for every one.</summary>
    public string LocalAddress { get; init; } = "";

    /// <summary>The local port; 0 for a raw socket.</summary>
    public int LocalPort { get; init; }

    /// <summary>The state; Absent where a piped result asked for a socket that is not there.</summary>
    public SocketState State
    {
        get => _traits.State;
        init => _traits = _traits with { State = value };
    }

    /// <summary>Where a piped result asked for this socket: the address whose traffic it answers, or would; null in plain listings.</summary>
    public string? AskedAddress
    {
        get => _traits.AskedAddress;
        init => _traits = _traits with { AskedAddress = EmptyText.AsNull(value) };
    }

    /// <summary>The port that goes with AskedAddress; 0 in plain listings.</summary>
    public int AskedPort
    {
        get => _traits.AskedPort;
        init => _traits = _traits with { AskedPort = value };
    }

    /// <summary>Bytes received and not yet read by the application; null for a listening socket.</summary>
    public int? ReceiveQueueBytes { get; init; }

    /// <summary>Bytes written and not yet acknowledged (TCP) or sent (UDP, raw); null for a listening socket.</summary>
    public int? SendQueueBytes { get; init; }

    /// <summary>A listening socket's completed connections that wait for accept(); null for any other.</summary>
    public int? AcceptQueueLength
    {
        get => _traits.AcceptQueueLength;
        init => _traits = _traits with { AcceptQueueLength = value };
    }

    /// <summary>How many may wait (the smaller of the backlog and net.core.somaxconn): one more still fits, the next is dropped. Null for any other socket.</summary>
    public int? AcceptQueueLimit
    {
        get => _traits.AcceptQueueLimit;
        init => _traits = _traits with { AcceptQueueLimit = value };
    }

    /// <summary>A listening socket's half-open connections (SYN received, handshake not complete); counted only where a piped result asked for the listener.</summary>
    public int? SynQueueLength
    {
        get => _traits.SynQueueLength;
        init => _traits = _traits with { SynQueueLength = value };
    }

    /// <summary>The timer that runs.</summary>
    public SocketTimer Timer
    {
        get => _traits.Timer;
        init => _traits = _traits with { Timer = value };
    }

    /// <summary>Milliseconds until it fires; null where none runs.</summary>
    public int? TimerMilliseconds { get; init; }

    /// <summary>How often it fired in a row: retransmissions, or probes unanswered.</summary>
    public int Retransmits
    {
        get => _traits.Retransmits;
        init => _traits = _traits with { Retransmits = value };
    }

    /// <summary>The interface the socket is bound to (SO_BINDTODEVICE, or a link-local address); null where none.</summary>
    public string? InterfaceAlias
    {
        get => _traits.InterfaceAlias;
        init => _traits = _traits with { InterfaceAlias = EmptyText.AsNull(value) };
    }

    /// <summary>That interface's index; 0 where none.</summary>
    public int InterfaceIndex
    {
        get => _traits.InterfaceIndex;
        init => _traits = _traits with { InterfaceIndex = value };
    }

    /// <summary>True where an IPv6 socket takes no IPv4; null where the kernel does not say.</summary>
    public bool? Ipv6Only
    {
        get => _traits.Ipv6Only;
        init => _traits = _traits with { Ipv6Only = value };
    }

    /// <summary>The firewall mark (SO_MARK); null where the kernel does not tell, which it does only with CAP_NET_ADMIN.</summary>
    public long? Mark
    {
        get => _traits.Mark;
        init => _traits = _traits with { Mark = value };
    }

    /// <summary>The user the socket belongs to.</summary>
    public long UserId
    {
        get => _traits.UserId;
        init => _traits = _traits with { UserId = value };
    }

    /// <summary>The socket's inode; 0 for one that no process holds any more.</summary>
    public long Inode { get; init; }

    /// <summary>The kernel's cookie: the same socket has the same one for life.</summary>
    public long Cookie { get; init; }

    /// <summary>The control group of version 2, by id; null where the kernel does not say.</summary>
    public long? CgroupId
    {
        get => _traits.CgroupId;
        init => _traits = _traits with { CgroupId = value };
    }

    /// <summary>The congestion control algorithm; null for any but TCP.</summary>
    public string? CongestionControl
    {
        get => _traits.CongestionControl;
        init => _traits = _traits with { CongestionControl = EmptyText.AsNull(value) };
    }

    /// <summary>The directions shut down: Receive, Send, both, or none.</summary>
    public string[] Shutdown
    {
        get => _traits.Shutdown;
        init => _traits = _traits with { Shutdown = value };
    }

    /// <summary>The type-of-service byte it sends (IP_TOS); null where the kernel does not say.</summary>
    public int? TypeOfService
    {
        get => _traits.TypeOfService;
        init => _traits = _traits with { TypeOfService = value };
    }

    /// <summary>The IPv6 traffic class it sends (IPV6_TCLASS); null where the kernel does not say.</summary>
    public int? TrafficClass
    {
        get => _traits.TrafficClass;
        init => _traits = _traits with { TrafficClass = value };
    }

    /// <summary>The socket options that are set, of those sock_diag reports: Transparent, FreeBind, BindAddressNoPort, ReceiveErrors ...</summary>
    public string[] Options
    {
        get => _traits.Options;
        init => _traits = _traits with { Options = value };
    }

    /// <summary>Memory in use and its limits, and packets dropped by the socket itself; null where the kernel does not say.</summary>
    public SocketMemory? Memory
    {
        get => _given?.Memory ?? _details.Memory();
        init
        {
            Given = Given with { Memory = value };
            _details = _details.WithoutMemory();
        }
    }

    /// <summary>What TCP knows of the connection; null for any but TCP, and for connections without a full socket (SynReceived, TimeWait).</summary>
    public SocketTcpInfo? TcpInfo
    {
        get => _given?.TcpInfo ?? _details.TcpInfo();
        init
        {
            Given = Given with { TcpInfo = value };
            _details = _details.WithoutTcpInfo();
        }
    }

    /// <summary>The process that holds the socket: the one with the lowest id where several do. Null where none is known: see NotObserved.</summary>
    public int? OwningProcess
    {
        get => _given?.OwningProcess ?? (Owners is [var owner, ..] ? owner.ProcessId : null);
        init => Given = Given with { OwningProcess = value };
    }

    /// <summary>That process's name.</summary>
    public string? OwningProcessName
    {
        get => _given?.OwningProcessName ?? (Owners is [var owner, ..] ? owner.ProcessName : null);
        init => Given = Given with { OwningProcessName = EmptyText.AsNull(value) };
    }

    /// <summary>Every process that holds the socket, with its descriptor.</summary>
    public SocketOwner[] Owners
    {
        get => _ownership?.Of(Inode) ?? _given?.Owners ?? [];
        init
        {
            Given = Given with { Owners = value };
            _ownership = null;
        }
    }

    /// <summary>What could not be observed of this socket, why, and the remedy.</summary>
    public MissingObservation[] NotObserved
    {
        get => _ownership?.NotObserved(Inode, _traits.NotObserved) ?? _traits.NotObserved;
        init => _traits = _traits with { NotObserved = value };
    }

    /// <summary>What was set, where it is otherwise read from what the kernel sent.</summary>
    private SocketGiven Given
    {
        get => _given ?? new SocketGiven();
        init => _given = value;
    }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString()
    {
        static string End(string address, int port) => (address.Contains(':') ? "[" + address + "]" : address) + ":" + (port == 0 ? "*" : port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return $"{(Kind == SocketKind.Raw ? "Raw " : "")}{Protocol} {End(LocalAddress, LocalPort)} {End(RemoteAddress, RemotePort)} {State}";
    }

    /// <summary>Adds what is shared with other sockets or read only when it is asked for, before the object is handed out.</summary>
    internal void Attach(SocketTraits traits, in SocketDetails details, SocketOwnership? ownership)
    {
        _traits = traits;
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
