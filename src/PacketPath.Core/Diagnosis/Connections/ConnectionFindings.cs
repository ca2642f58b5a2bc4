namespace PacketPath.Diagnosis;

/// <summary>What is found of a connection that was there already, where nothing was sent.</summary>
internal static class ConnectionFindings
{
    /// <summary>One of the two ends does not read.</summary>
    public static Finding? Window(EvidenceSet evidence, ConnectionState connection) =>
        connection.IsPeerFull ? PeerFull(evidence, connection) : connection.IsUnread ? Unread(connection) : null;

    /// <summary>The connection gets on.</summary>
    public static Finding Well(EvidenceSet evidence, ConnectionState connection)
    {
        var socket = connection.Last;
        return new Finding
        {
            Confidence = connection.Seconds > 0 ? Confidence.Proven : Confidence.Probable,
            Layer = PathLayer.SocketQueue,
            Summary = $"The connection of {SocketObservations.Who(socket)} to {evidence.Target} is {socket.State}, and nothing of it is stuck.",
            Subject = socket,
            Evidence = [Seen(connection), Observations.Route(evidence), Observations.Neighbor(evidence), Observations.Link(evidence)],
            Proves = "What was sent is acknowledged or on its way, and both windows are open.",
            DoesNotProve = "That the application at either end says what the other waits for. Nothing was sent to find out.",
            NextSteps = [Watch(socket), new Commands(evidence).ProbeAndResolve()],
        };
    }

    /// <summary>The connection in one sentence.</summary>
    public static FailureEvidence Seen(ConnectionState connection)
    {
        var (socket, info) = (connection.Last, connection.Last.TcpInfo);
        var repeated = socket.Retransmits > 0 ? Describe.Text($", retransmitted {socket.Retransmits} times in a row") : "";
        return Observations.Supports(
            Describe.Text($"{SocketObservations.Who(socket)} has a connection from {TargetKey.Text(socket.LocalAddress, socket.LocalPort)} in {socket.State}: {socket.SendQueueBytes ?? 0} bytes wait to be acknowledged{repeated}, {socket.ReceiveQueueBytes ?? 0} to be read{(info is null ? "" : $"; {info.BytesAcknowledged} bytes acknowledged, {info.BytesReceived} received so far")}"),
            SocketObservations.Source,
            socket.ObservedAt);
    }

    private static Finding PeerFull(EvidenceSet evidence, ConnectionState connection)
    {
        var socket = connection.Last;
        return new Finding
        {
            Confidence = connection.Seconds > 0 ? Confidence.Proven : Confidence.Probable,
            Summary = Describe.Text($"{evidence.Target} does not read: its receive window is closed, and {socket.SendQueueBytes} bytes of {SocketObservations.Who(socket)} wait for room there."),
            Subject = socket,
            Evidence =
            [
                Observations.Supports("the socket's timer is the window probe (persist): data is ready, and the peer's window has no room for it", SocketObservations.Source, socket.ObservedAt),
                Seen(connection),
            ],
            Proves = "The path carries packets both ways: the peer's kernel acknowledges, and says that its buffer is full.",
            DoesNotProve = "Why the process there does not read: it may hang, be stopped, wait for something itself, or be slow on purpose.",
            NextSteps =
            [
                Describe.Text($"Get-SocketEntry -LocalPort {Math.Clamp(socket.RemotePort, 1, 65535)} # on {evidence.RemoteAddress}: ReceiveQueueBytes that stay show the process that does not read"),
                Watch(socket),
            ],
        };
    }

    private static Finding Unread(ConnectionState connection)
    {
        var socket = connection.Last;
        return new Finding
        {
            Confidence = connection is { Seconds: > 0, IsBufferFull: true } ? Confidence.Proven : Confidence.Probable,
            Summary = Describe.Text($"{SocketObservations.Who(socket)} does not read its connection from {TargetKey.Text(socket.RemoteAddress, socket.RemotePort)}: {socket.ReceiveQueueBytes} bytes wait in a receive buffer of this host, and nothing more comes."),
            Subject = socket,
            Evidence = [Seen(connection), Observations.Supports(Describe.Text($"{socket.Memory!.ReceiveBytes} of {socket.Memory.ReceiveLimitBytes} bytes of receive buffer are in use"), SocketObservations.Source, socket.ObservedAt)],
            Proves = "The data arrived at this host, and the process that owns the socket has not taken it.",
            DoesNotProve = "Why it does not read: it may hang, be stopped, wait for something itself, or be slow on purpose.",
            NextSteps = [.. socket.OwningProcess is { } process ? [Describe.Text($"Get-Process -Id {process}")] : Array.Empty<string>(), Watch(socket)],
        };
    }

    private static string Watch(SocketEntry socket) => Commands.Sockets(socket, Describe.Text($"-LocalPort {socket.LocalPort} -RemotePort {Math.Clamp(socket.RemotePort, 0, 65535)}") + " | Format-List");
}
