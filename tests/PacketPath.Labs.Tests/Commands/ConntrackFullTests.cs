using System.Net;
using System.Net.Sockets;
using PacketPath.HostState;
using PacketPath.Module.Tests;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests;

/// <summary>A full table of connection tracking: what is established goes on, what is new fails.</summary>
public sealed class ConntrackFullTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private const int Port = 443;

    [RootTheory]
    [InlineData("10.1.0.2", "127.0.0.1")]
    [InlineData("fd01::2", "::1")]
    public void AnEstablishedConnectionGoesOnWhileNewOnesFail(string address, string loopback)
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        network.MustExec("a", """
            set -e
            nft add table inet lab
            nft add chain inet lab in '{ type filter hook input priority 0; }'
            nft add rule inet lab in iifname lo tcp dport 19000-65535 drop
            nft add rule inet lab in ct state established counter accept
            """);
        using var client = NetworkNamespace.Open(network.NamespaceOf("a"));
        using var server = NetworkNamespace.Open(network.NamespaceOf("b"));
        var target = new IPEndPoint(IPAddress.Parse(address), Port);
        using var listener = server.Run(() => NewSocket(target));
        listener.Bind(target);
        listener.Listen(8);
        using var near = client.Run(() => NewSocket(target));
        near.Connect(target);
        using var far = listener.Accept();
        far.ReceiveTimeout = near.ReceiveTimeout = 10_000;
        AssertTalks(near, far);

        using var flows = client.Run(() => new TrackedFlowsService(new LabService { Kind = LabServiceKind.TrackedFlows, Address = loopback }));
        var results = engine.Invoke(
            "Get-ConntrackStats -NetNamespace $ns; Test-SynPath $target -Port $port -TimeoutSeconds 1.2 -NetNamespace $ns; Get-ConntrackStats -NetNamespace $ns",
            new Dictionary<string, object?> { ["ns"] = network.NamespaceOf("a"), ["target"] = address, ["port"] = Port }).AssertClean();
        AssertTalks(near, far);

        var stats = results.Of<PacketEvidence>().OfType<ConntrackStats>().ToArray();
        Assert.Equal(2, stats.Length);
        Assert.All(stats, static reading => Assert.True(reading.Count >= reading.Max && reading.Max > 0, reading.ToString()));
        Assert.True(stats[1].Drop > stats[0].Drop, $"{stats[0]} / {stats[1]}");
        var probe = Assert.Single(results.Of<PacketEvidence>().OfType<SynPathResult>());
        Assert.Equal((SynOutcome.NoReply, CaptureStatus.Complete, 0), (probe.Outcome, probe.CaptureStatus, probe.Syns.Length));
        Assert.False(listener.Poll(0, SelectMode.SelectRead), "A new connection came through.");

        var local = (IPEndPoint)near.LocalEndPoint!;
        var entry = engine.Invoke(
            "Get-ConntrackEntry -SourcePort $near -DestinationPort $port -Protocol Tcp -NetNamespace $ns",
            new Dictionary<string, object?> { ["ns"] = network.NamespaceOf("a"), ["near"] = local.Port, ["port"] = Port }).One<ConntrackEntry>();
        Assert.Equal((ConntrackState.Established, address), (entry.State, entry.OriginalDestinationAddress));
        Assert.True(entry.Status.HasFlag(ConntrackStatus.Assured));
    }

    private static Socket NewSocket(IPEndPoint target) => new(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);

    private static void AssertTalks(Socket near, Socket far)
    {
        var buffer = new byte[8];
        Assert.Equal(4, near.Send("ping"u8));
        Assert.Equal(4, far.Receive(buffer));
        Assert.Equal(4, far.Send("pong"u8));
        Assert.Equal(4, near.Receive(buffer));
        Assert.Equal("pong"u8.ToArray(), buffer[..4]);
    }
}
