namespace PacketPath.Diagnosis;

/// <summary>Turns what was read of sockets into sentences.</summary>
internal static class SocketObservations
{
    public const string Source = "netlink SOCK_DIAG_BY_FAMILY";

    public static FailureEvidence Absent(SocketEntry absent) => Observations.Supports(
        $"no socket of {Place(absent)} {(absent.Kind == SocketKind.Datagram ? "takes datagrams" : "listens")} for {TargetKey.Text(absent.LocalAddress, absent.LocalPort)}", Source, absent.ObservedAt);

    public static FailureEvidence Listener(SocketEntry listener) => Observations.Supports(
        $"{Who(listener)} {Listens(listener)} {Where(listener)}: {Queue(listener)}", Source, listener.ObservedAt);

    public static FailureEvidence? Drops(CounterChange? change, SocketEntry listener) => change is null ? null : Observations.Supports(
        Describe.Text($"this listener itself turned away {Describe.Count((int)Math.Min(change.Delta, int.MaxValue), "packet")} during the attempt"), Source + ", read before and after", listener.ObservedAt);

    public static FailureEvidence Stuck(SocketEntry socket) => Observations.Supports(
        Describe.Text($"{Who(socket)} has a socket in {(socket.State == SocketState.SynSent ? "SYN_SENT" : socket.State.ToString())} from {TargetKey.Text(socket.LocalAddress, socket.LocalPort)}: {Describe.Count(socket.Retransmits, "retransmission")} so far, the next in {socket.TimerMilliseconds ?? 0} ms"),
        Source,
        socket.ObservedAt);

    /// <summary>A connection whose handshake has not ended, as its server's socket tells.</summary>
    public static FailureEvidence HalfOpen(SocketEntry socket, SynPathResult probe) => Observations.Supports(
        Describe.Text($"{Place(socket)} has this connection in SYN-RECV {Math.Max(0, (socket.ObservedAt - probe.ObservedAt).TotalSeconds):0.0} s after the attempt, and has sent its SYN-ACK {socket.Retransmits + 1} times"),
        Source,
        socket.ObservedAt);

    /// <summary>What a socket does with what comes to it.</summary>
    public static string Listens(SocketEntry socket) => socket.Kind == SocketKind.Datagram ? "takes datagrams on" : "listens on";

    /// <summary>The queues of a listener in words.</summary>
    public static string Queue(SocketEntry listener) => listener.Kind == SocketKind.Datagram
        ? Describe.Text($"{listener.Memory?.ReceiveBytes ?? 0} of {listener.Memory?.ReceiveLimitBytes ?? 0} bytes of its receive buffer are in use")
        : Describe.Text($"{listener.AcceptQueueLength ?? 0} of {listener.AcceptQueueLimit ?? 0} connections wait for accept()")
        + (listener.SynQueueLength is { } half ? Describe.Text($", {half} are half-open") : "");

    /// <summary>Where a socket is bound.</summary>
    public static string Where(SocketEntry socket) => TargetKey.Text(socket.LocalAddress, socket.LocalPort)
        + (socket.InterfaceAlias is null ? "" : $" on {socket.InterfaceAlias}")
        + (socket.LocalAddress == "::" && socket.Ipv6Only == true ? " (IPv6 only)" : "");

    /// <summary>Whose socket it is.</summary>
    public static string Who(SocketEntry socket) =>
        socket.OwningProcess is { } process ? Describe.Text($"{socket.OwningProcessName} ({process})") : "a process that could not be named";

    /// <summary>Where it was read.</summary>
    public static string Place(SocketEntry socket) => socket.NetNamespace.Length == 0 || socket.NetNamespace.StartsWith("net:[", StringComparison.Ordinal)
        ? socket.ComputerName.Length == 0 ? "the target" : socket.ComputerName
        : $"namespace {socket.NetNamespace}";
}
