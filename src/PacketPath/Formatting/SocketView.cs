using System.Globalization;
using System.Management.Automation;
using PacketPath.Binding;

namespace PacketPath.Formatting;

/// <summary>Text for the views of sockets. Takes live and deserialized sockets.</summary>
public static class SocketView
{
    private const string Reset = "\u001b[0m";

    /// <summary>tcp, udp or raw.</summary>
    /// <param name="socket">A SocketEntry.</param>
    public static string Kind(PSObject socket) => Tell(socket, s => s.Kind switch
    {
        SocketKind.Datagram => "udp",
        SocketKind.Raw => "raw",
        _ => s.Protocol.ToString().ToLowerInvariant(),
    });

    /// <summary>The state, coloured: green where it is well, yellow where it waits, red where something lacks.</summary>
    /// <param name="socket">A SocketEntry.</param>
    public static string State(PSObject socket) => Tell(socket, s =>
    {
        var colour = s.State switch
        {
            SocketState.Listen when s.AcceptQueueLength > s.AcceptQueueLimit => "\u001b[31m",
            SocketState.Established or SocketState.Listen => "\u001b[32m",
            SocketState.Absent => "\u001b[31m",
            SocketState.SynSent or SocketState.SynReceived or SocketState.CloseWait => "\u001b[33m",
            _ => "",
        };
        return colour.Length == 0 ? s.State.ToString() : colour + s.State + Reset;
    });

    /// <summary>Bytes to be read, or for a listener the connections to be accepted.</summary>
    /// <param name="socket">A SocketEntry.</param>
    public static string ReceiveQueue(PSObject socket) => Tell(socket, s => Number(s.AcceptQueueLength ?? s.ReceiveQueueBytes));

    /// <summary>Bytes to be sent, or for a listener how many connections may wait.</summary>
    /// <param name="socket">A SocketEntry.</param>
    public static string SendQueue(PSObject socket) => Tell(socket, s => Number(s.AcceptQueueLimit ?? s.SendQueueBytes));

    /// <summary>The local end.</summary>
    /// <param name="socket">A SocketEntry.</param>
    public static string Local(PSObject socket) => Tell(socket, s => EndPoint(s, s.LocalAddress, s.LocalPort, s.InterfaceAlias));

    /// <summary>The remote end.</summary>
    /// <param name="socket">A SocketEntry.</param>
    public static string Remote(PSObject socket) => Tell(socket, s => EndPoint(s, s.RemoteAddress, s.RemotePort, null));

    /// <summary>The owning process, and how many more there are.</summary>
    /// <param name="socket">A SocketEntry.</param>
    public static string Process(PSObject socket) => Tell(socket, s => s.OwningProcess is not { } process
        ? Array.Exists(s.NotObserved, m => m.What == "owning process") ? "?" : ""
        : $"{s.OwningProcessName}({process}){(s.Owners.DistinctBy(o => o.ProcessId).Count() is > 1 and var count ? $"+{count - 1}" : "")}");

    /// <summary>The queues in words.</summary>
    /// <param name="socket">A SocketEntry.</param>
    public static string Queues(PSObject socket) => Tell(socket, s => s.AcceptQueueLength is { } waiting
        ? $"{waiting} of {s.AcceptQueueLimit} connections wait for accept()" + (s.SynQueueLength is { } half ? $", {half} half-open" : "")
        : s.ReceiveQueueBytes is null ? "" : $"{s.ReceiveQueueBytes} bytes to read, {s.SendQueueBytes} bytes to send");

    /// <summary>The timer in words.</summary>
    /// <param name="socket">A SocketEntry.</param>
    public static string Timer(PSObject socket) => Tell(socket, s => s.Timer == SocketTimer.None
        ? ""
        : $"{s.Timer} in {s.TimerMilliseconds} ms{(s.Retransmits > 0 ? $", {s.Retransmits} so far" : "")}");

    /// <summary>Every process that holds the socket.</summary>
    /// <param name="socket">A SocketEntry.</param>
    public static string Owners(PSObject socket) => Tell(socket, s => string.Join("; ", s.Owners.Select(o => o.ToString())));

    /// <summary>What TCP knows, the more telling part.</summary>
    /// <param name="socket">A SocketEntry.</param>
    public static string Tcp(PSObject socket) => Tell(socket, s => s.TcpInfo is not { } tcp || s.State is SocketState.Listen
        ? ""
        : FormattableString.Invariant($"rtt {tcp.RttMilliseconds:0.###}/{tcp.RttVariationMilliseconds:0.###} ms, rto {tcp.RtoMilliseconds:0} ms, cwnd {tcp.CongestionWindow}, mss {tcp.SendMss}, pmtu {tcp.PathMtu}")
            + $", {tcp.TotalRetransmits} retransmitted, {tcp.LostSegments} lost, {tcp.BytesSent} bytes sent, {tcp.BytesReceived} received");

    /// <summary>The memory in use.</summary>
    /// <param name="socket">A SocketEntry.</param>
    public static string Memory(PSObject socket) => Tell(socket, s => s.Memory?.ToString() ?? "");

    /// <summary>What could not be observed.</summary>
    /// <param name="socket">A SocketEntry.</param>
    public static string NotObserved(PSObject socket) => Tell(socket, s => string.Join("; ", s.NotObserved.Select(m => $"{m.What}: {m.Why}. {m.Remedy}")));

    private static string Tell(PSObject socket, Func<SocketEntry, string> text) =>
        EvidenceReader.TryRead(socket, out var evidence, out _) && evidence is SocketEntry entry ? text(entry) : "";

    private static string EndPoint(SocketEntry socket, string address, int port, string? alias)
    {
        var isAny = address is "0.0.0.0" or "::";
        var host = isAny && (socket.AddressFamily == AddressFamily.IPv4 || socket.Ipv6Only == false) ? (socket.AddressFamily == AddressFamily.IPv4 ? "0.0.0.0" : "*")
            : address.Contains(':') ? "[" + address + "]" : address;
        var zone = alias is null ? "" : "%" + alias;
        return $"{host}{zone}:{(port == 0 ? "*" : port.ToString(CultureInfo.InvariantCulture))}";
    }

    private static string Number(long? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "";
}
