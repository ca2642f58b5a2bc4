using PacketPath.Capture;

namespace PacketPath.Core.Tests.Diagnosis;

/// <summary>What captures in other places saw of the scene's attempt.</summary>
public static class CaptureScene
{
    public static FaultCases.Case[] Cases { get; } =
    [
        new("ForwardPathLost", PathLayer.Path,
            s => [s.Probe(SynOutcome.NoReply), Stood("server"), Address(s, "server")],
            s => [s.Probe(SynOutcome.NoReply), Syn(s, "server"), Stood("server"), Address(s, "server")]),
        new("ReturnPathLost", PathLayer.ReturnPath,
            s => [s.Probe(SynOutcome.NoReply), Syn(s, "server"), Answer(s, "server"), Stood("server")],
            s => [s.Probe(SynOutcome.NoReply), Syn(s, "server"), Stood("server")]),
        new("ReturnPathAsymmetric", PathLayer.ReturnPath,
            s => [s.Probe(SynOutcome.NoReply), Syn(s, "first"), Stood("first"), Answer(s, "second") with { Direction = PacketDirection.Incoming }, Stood("second")],
            s => [s.Probe(SynOutcome.NoReply), Syn(s, "first"), Answer(s, "first"), Stood("first")]),
    ];

    /// <summary>The attempt's SYN as it comes in somewhere.</summary>
    public static PacketRecord Syn(Scene scene, string place, int ttl = 62, string alias = "eth0") => Record(place, alias, ttl, PacketDirection.Incoming, 1) with
    {
        Network = scene.IsIPv6 ? NetworkKind.IPv6 : NetworkKind.IPv4,
        SourceAddress = scene.Source, SourcePort = 40000, DestinationAddress = scene.Target, DestinationPort = 443,
        TcpFlags = "SYN", SequenceNumber = 1000,
    };

    /// <summary>The target's answer as it leaves somewhere.</summary>
    public static PacketRecord Answer(Scene scene, string place, int ttl = 64, string alias = "eth0", string flags = "SYN,ACK") => Record(place, alias, ttl, PacketDirection.Outgoing, 2) with
    {
        Network = scene.IsIPv6 ? NetworkKind.IPv6 : NetworkKind.IPv4,
        SourceAddress = scene.Target, SourcePort = 443, DestinationAddress = scene.Source, DestinationPort = 40000,
        TcpFlags = flags, SequenceNumber = 9000, AcknowledgmentNumber = 1001,
    };

    /// <summary>A capture that stood around the attempt.</summary>
    public static PacketCaptureSummary Stood(string place, double from = -5, double to = 5, long? lost = 0, string filter = "", string alias = "any", string computer = "web1") => new()
    {
        ComputerName = computer, NetNamespace = place, InterfaceAlias = alias, Filter = filter, ObservedAt = Scene.Noon.AddSeconds(to),
        StartedAt = Scene.Noon.AddSeconds(from), EndedAt = Scene.Noon.AddSeconds(to), Packets = 7, Lost = lost,
    };

    /// <summary>The interface there that has the target's address.</summary>
    public static PacketInterface Address(Scene scene, string place, string computer = "web1") => scene.RouterLink(scene.Target) with { NetNamespace = place, ComputerName = computer };

    private static PacketRecord Record(string place, string alias, int ttl, PacketDirection direction, int milliseconds) => new()
    {
        ComputerName = "web1", NetNamespace = place, InterfaceAlias = alias, ObservedAt = Scene.Noon.AddMilliseconds(milliseconds), Direction = direction,
        TimestampNanoseconds = (Scene.Noon.AddMilliseconds(milliseconds) - DateTime.UnixEpoch).Ticks * 100, Protocol = TransportProtocol.Tcp, Ttl = ttl,
    };
}
