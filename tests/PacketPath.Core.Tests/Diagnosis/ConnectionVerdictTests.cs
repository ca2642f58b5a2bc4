using PacketPath.Diagnosis;

namespace PacketPath.Core.Tests.Diagnosis;

/// <summary>What the socket of a connection tells, read twice.</summary>
public sealed class ConnectionVerdictTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AClosedWindowOfThePeerIsItsFullBuffer(bool ipv6)
    {
        var socket = Connection(ipv6) with { Timer = SocketTimer.WindowProbe, SendQueueBytes = 4000 };
        var verdict = Judge(ipv6, socket, Later(socket));
        Assert.Equal(("ReceiveBufferFull", PathLayer.SocketQueue, Confidence.Proven), (verdict.FaultId, verdict.Layer, verdict.Confidence));

        // With room at the peer it is this host that holds the data back.
        var open = socket with { TcpInfo = socket.TcpInfo! with { PeerWindowBytes = 65000, SendMss = 1448 } };
        Assert.Equal("NoReply", Judge(ipv6, open, Later(open)).FaultId);

        // One acknowledgment more, and it gets on.
        Assert.Equal("NoFault", Judge(ipv6, socket, Later(socket) with { TcpInfo = socket.TcpInfo! with { BytesAcknowledged = 900 } }).FaultId);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AFullBufferHereIsTheOwnersDoing(bool ipv6)
    {
        var socket = Connection(ipv6) with { ReceiveQueueBytes = 5000, Memory = new SocketMemory { ReceiveBytes = 6000, ReceiveLimitBytes = 6100 } };
        Assert.Equal("ReceiveBufferFull", Judge(ipv6, socket, Later(socket)).FaultId);
        Assert.Equal("NoFault", Judge(ipv6, socket, Later(socket) with { ReceiveQueueBytes = 0, Memory = new SocketMemory { ReceiveLimitBytes = 6100 } }).FaultId);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void DataSentAgainAndAgainIsNoReplyUnlessALowerLayerExplainsIt(bool ipv6)
    {
        var scene = new Scene(ipv6);
        var socket = Connection(ipv6) with { Timer = SocketTimer.Retransmit, Retransmits = 3, SendQueueBytes = 100 };
        var verdict = Judge(ipv6, socket, Later(socket));
        Assert.Equal(("NoReply", Confidence.Probable), (verdict.FaultId, verdict.Confidence));
        Assert.Contains("the same data 4 times", verdict.Summary);
        Assert.Equal("RouteBlackhole", Resolver.Resolve([socket, Route(scene.Refused(RouteOutcome.Blackhole, "EINVAL"))]).First().FaultId);
        Assert.Equal("NeighborUnresolved", Resolver.Resolve([socket, Route(scene.Route()), scene.Neighbor(NeighborState.Unreachable)]).First().FaultId);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void OneThatGetsOnIsNotAccused(bool ipv6)
    {
        var verdict = Judge(ipv6, Connection(ipv6), Later(Connection(ipv6)));
        Assert.Equal(("NoFault", PathLayer.SocketQueue), (verdict.FaultId, verdict.Layer));
    }

    [Fact]
    public void AListingOfConnectionsAsksNothing() => Assert.DoesNotContain(Resolver.Resolve([Connection(false), Later(Connection(false))]), v => v.FaultId != "NoFault");

    private static PacketFailure Judge(bool ipv6, params SocketEntry[] readings)
    {
        var scene = new Scene(ipv6);
        var verdict = Resolver.Resolve([.. readings, Route(scene.Route()), scene.Neighbor(), scene.Link()]).First();
        Whole.Check(verdict);
        return verdict;
    }

    private static PacketRoute Route(PacketRoute route) => route with { RemotePort = 443, Protocol = TransportProtocol.Tcp };

    private static SocketEntry Connection(bool ipv6) => new Scene(ipv6).Stuck(0) with
    {
        State = SocketState.Established,
        ObservedAt = Scene.Noon,
        Timer = SocketTimer.None,
        TimerMilliseconds = null,
        SendQueueBytes = 0,
        ReceiveQueueBytes = 0,
        TcpInfo = new SocketTcpInfo { BytesAcknowledged = 500, BytesReceived = 700 },
    };

    private static SocketEntry Later(SocketEntry socket) => socket with { ObservedAt = socket.ObservedAt.AddSeconds(0.25) };
}
