using PacketPath.Diagnosis;

namespace PacketPath.Core.Tests.Diagnosis;

public class ApplicationGroupingTests
{
    private static readonly Scene V4 = new(false);

    [Fact]
    public void The_attempt_beneath_decides_where_the_path_itself_is_broken()
    {
        var verdict = Assert.Single(Resolver.Resolve([Conversation(V4.Refused())]));
        Assert.Equal(("RemoteRefused", 443), (verdict.FaultId, verdict.RemotePort));
        Whole.Check(verdict);
    }

    [Fact]
    public void An_open_path_does_not_clear_an_application_that_was_asked_and_gave_nothing_known()
    {
        var verdict = Assert.Single(Resolver.Resolve([Conversation(V4.Open())]));
        Assert.Equal("Indeterminate", verdict.FaultId);
        Whole.Check(verdict);
    }

    [Fact]
    public void It_joins_the_attempts_of_the_same_address_and_port_whatever_its_protocol()
    {
        var verdicts = Resolver.Resolve([V4.Refused(), Conversation(null) with { Protocol = TransportProtocol.Udp }]).Where(v => v.IsPrimary);
        Assert.Equal("RemoteRefused", Assert.Single(verdicts).FaultId);
    }

    [Fact]
    public void An_answer_over_udp_clears_the_path_only_until_something_newer_says_otherwise()
    {
        var failed = V4.Refused() with { ObservedAt = Scene.Noon.AddHours(1) };
        Assert.Equal("RemoteRefused", Assert.Single(Resolver.Resolve([Quic(), failed]), v => v.IsPrimary).FaultId);

        var before = V4.Refused() with { ObservedAt = Scene.Noon.AddSeconds(-1) };
        var verdicts = Resolver.Resolve([Quic(), before]).ToArray();
        Assert.Equal("NoFault", Assert.Single(verdicts, v => v.IsPrimary).FaultId);
        Assert.Contains(verdicts, v => v is { FaultId: "RemoteRefused", IsPrimary: false });

        var unroutable = V4.Refused(RouteOutcome.Missing, "ENETUNREACH") with { ObservedAt = Scene.Noon.AddHours(1) };
        Assert.Equal("RouteMissing", Assert.Single(Resolver.Resolve([Quic(), unroutable]), v => v.IsPrimary).FaultId);
    }

    [Fact]
    public void A_healthy_answer_does_not_hide_another_question_that_failed()
    {
        var closed = new QuicHandshake { ServerName = "a.example", Outcome = QuicHandshakeOutcome.Closed, ErrorName = "CONNECTION_REFUSED" };
        var fine = new QuicHandshake { ServerName = "b.example", Outcome = QuicHandshakeOutcome.ServerHello };
        var verdicts = Resolver.Resolve([Quic() with { Handshake = closed }, Quic() with { Handshake = fine, ObservedAt = Scene.Noon.AddSeconds(1) }]);
        Assert.Equal("QuicNotOffered", Assert.Single(verdicts, v => v.IsPrimary).FaultId);
    }

    private static QuicPathResult Quic() => new()
    {
        ComputerName = "web1",
        NetNamespace = "blue",
        ObservedAt = Scene.Noon,
        ElapsedMilliseconds = 20,
        RemoteAddress = V4.Target,
        RemotePort = 443,
        Protocol = TransportProtocol.Udp,
        UdpOutcome = QuicUdpOutcome.Answered,
        QuicAnswered = true,
    };

    private static Conversation Conversation(SynPathResult? beneath) => new()
    {
        ComputerName = "web1",
        NetNamespace = "blue",
        ObservedAt = Scene.Noon,
        RemoteAddress = V4.Target,
        RemotePort = 443,
        Protocol = TransportProtocol.Tcp,
        TcpPath = beneath,
    };
}

/// <summary>An application that no rule knows.</summary>
public sealed record Conversation : ApplicationEvidence;
