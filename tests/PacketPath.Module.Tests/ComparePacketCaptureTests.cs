using PacketPath.Capture;

namespace PacketPath.Module.Tests;

/// <summary>Compare-PacketCapture as a user meets it, on packets made up here: no privilege needed.</summary>
public sealed class ComparePacketCaptureTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private static readonly DateTime Start = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    [Theory]
    [InlineData("$packets | Compare-PacketCapture")]
    [InlineData("Compare-PacketCapture -InputObject $packets")]
    [InlineData("Compare-PacketCapture ($packets | Where-Object NetNamespace -eq client) ($packets | Where-Object NetNamespace -eq server)")]
    [InlineData("[Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($packets, 3)) | Compare-PacketCapture")]
    public void Packets_of_two_points_are_compared_live_or_deserialized(string script)
    {
        var flow = engine.Invoke(script, "packets", Handshake()).AssertClean().One<PacketFlowComparison>();

        Assert.Equal((FlowOutcome.ReplyStopped, "server:eth0"), (flow.Outcome, flow.StoppedAfter));
        Assert.Equal((1, 0, 1, 1), (flow.ForwardPackets, flow.ForwardLost, flow.ReplyPackets, flow.ReplyLost));
        Assert.Equal(["client:eth0"], flow.NotSeenAt);
        Assert.Equal("SourceAddress 10.0.0.5 > 203.0.113.1", flow.Crossings.Single().Rewrites.Single(r => r.Field == "SourceAddress").ToString());
        Assert.Empty(flow.Packets);
    }

    [Theory]
    [InlineData("$packets | Resolve-PacketFailure -PrimaryOnly")]
    [InlineData("[Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($packets, 3)) | Resolve-PacketFailure -PrimaryOnly")]
    public void Packets_are_evidence_live_or_deserialized(string script)
    {
        PacketCaptureSummary Stood(string place) => new()
        {
            ComputerName = "host", NetNamespace = place, InterfaceAlias = "any", StartedAt = Start.AddSeconds(-5), EndedAt = Start.AddSeconds(5), Lost = 0, ObservedAt = Start.AddSeconds(5),
        };

        var verdict = engine.Invoke(script, "packets", (object[])[.. Handshake(), Stood("client"), Stood("server")]).AssertClean().One<PacketFailure>();

        Assert.Equal(("ReturnPathLost", Confidence.Proven, "203.0.113.10", 443), (verdict.FaultId, verdict.Confidence, verdict.RemoteAddress, verdict.RemotePort));
        Assert.Contains("server:eth0", verdict.Summary);
        Assert.NotEmpty(verdict.NextSteps);
    }

    [Fact]
    public void Two_collections_of_the_same_place_are_two_points_all_the_same()
    {
        PacketRecord[] same = [.. Handshake().Select(p => p with { NetNamespace = "", InterfaceAlias = null, ComputerName = "" })];

        var flow = engine.Invoke("Compare-PacketCapture $packets[0] $packets[1, 2] -IncludePacket", "packets", same).AssertClean().One<PacketFlowComparison>();

        Assert.Equal(["any", "difference"], flow.Points.Select(p => p.Name));
        Assert.Equal(2, flow.Packets.Length);
        Assert.Equal(["any"], flow.Packets[1].MissedAt);
    }

    [Fact]
    public void The_view_names_flow_points_and_the_place_where_it_stopped()
    {
        var text = string.Join('\n', engine.Invoke("$flow = $packets | Compare-PacketCapture; [PacketPath.Formatting.FlowComparisonView]::Flow($flow); [PacketPath.Formatting.FlowComparisonView]::Count($flow, 'Reply'); [PacketPath.Formatting.FlowComparisonView]::Way($flow)", "packets", Handshake()).AssertClean().Output);

        Assert.Equal("tcp 10.0.0.5:40000\n  > 203.0.113.10:443\n0/1\nclient:eth0 > 1.000 ms > server:eth0\nSourceAddress 10.0.0.5 > 203.0.113.1\nafter server:eth0 not at client:eth0", text);
    }

    [Theory]
    [InlineData("$packets[0] | Compare-PacketCapture", "TooFewPoints")]
    [InlineData("'text' | Compare-PacketCapture -ErrorAction SilentlyContinue -ErrorVariable e; throw $e[0]", "NotPacket")]
    [InlineData("Compare-PacketCapture -Path /nosuch.pcap -ErrorAction Stop", "CaptureFileNotFound")]
    public void Bad_input_is_told(string script, string errorId)
    {
        var result = engine.Invoke(script, "packets", Handshake());

        Assert.Empty(result.Output);
        var error = result.Failure ?? result.Errors[0];
        Assert.Equal(errorId, error.FullyQualifiedErrorId.Split(',')[0]);
    }

    [Fact]
    public void Beyond_the_limit_it_says_so_and_goes_on()
    {
        var many = Enumerable.Range(0, 1500).SelectMany(i => Handshake().Take(2).Select(p => p with
        {
            SourcePort = 10_000 + i, SequenceNumber = i, Identification = i + 1, TimestampNanoseconds = p.TimestampNanoseconds + (i * 1_000_000L),
        })).ToArray();

        var result = engine.Invoke("$packets | Compare-PacketCapture -PacketLimit 1000", "packets", many);

        Assert.Empty(result.Errors);
        Assert.Single(result.Warnings, w => w.Contains("IsPartial", StringComparison.Ordinal));
        Assert.Equal(1500, result.Of<PacketFlowComparison>().Sum(f => f.ForwardPackets));
    }

    [Fact]
    public void Stopping_takes_less_than_200_milliseconds()
    {
        var clock = new StopClock();
        for (var round = 0; round < 3; round++)
        {
            using var runspace = EngineFixture.OpenWithModule();
            using var shell = System.Management.Automation.PowerShell.Create(runspace);
            var seen = 0;
            IEnumerable<PacketRecord> Endless()
            {
                for (var packet = Handshake()[0]; ; packet = packet with { SourcePort = 10_000 + (Interlocked.Increment(ref seen) % 50_000) })
                {
                    yield return packet;
                }
            }

            runspace.SessionStateProxy.SetVariable("stream", Endless());
            var run = shell.AddScript("$stream | Compare-PacketCapture").BeginInvoke();
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref seen) > 1000, TimeSpan.FromSeconds(30)), "Nothing was ever piped.");
            clock.Time(shell.Stop);
            Assert.True(run.IsCompleted);
        }

        clock.AssertWithinLimit();
    }

    // A SYN that arrives under another address, and an answer that does not come back.
    private static PacketRecord[] Handshake()
    {
        var syn = new PacketRecord
        {
            ComputerName = "host", NetNamespace = "client", InterfaceAlias = "eth0", Direction = PacketDirection.Outgoing, ObservedAt = Start,
            TimestampNanoseconds = (Start - DateTime.UnixEpoch).Ticks * 100, Network = NetworkKind.IPv4, Protocol = TransportProtocol.Tcp,
            SourceAddress = "10.0.0.5", SourcePort = 40_000, DestinationAddress = "203.0.113.10", DestinationPort = 443,
            TcpFlags = "SYN", SequenceNumber = 7, Ttl = 64, Identification = 99, MaximumSegmentSize = 1460, Summary = "SYN mss 1460",
        };
        var arrived = syn with { NetNamespace = "server", Direction = PacketDirection.Incoming, SourceAddress = "203.0.113.1", Ttl = 63, TimestampNanoseconds = syn.TimestampNanoseconds + 1_000_000 };
        var answer = arrived with
        {
            Direction = PacketDirection.Outgoing, SourceAddress = "203.0.113.10", SourcePort = 443, DestinationAddress = "203.0.113.1", DestinationPort = 40_000,
            TcpFlags = "SYN,ACK", SequenceNumber = 900, AcknowledgmentNumber = 8, Ttl = 64, Identification = 0, TimestampNanoseconds = arrived.TimestampNanoseconds + 20_000,
        };
        return [syn, arrived, answer];
    }
}
