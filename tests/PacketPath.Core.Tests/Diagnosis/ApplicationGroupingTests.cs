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
