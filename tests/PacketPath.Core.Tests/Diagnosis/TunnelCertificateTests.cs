using PacketPath.Diagnosis;

namespace PacketPath.Core.Tests.Diagnosis;

public class TunnelCertificateTests
{
    private static readonly Scene V4 = new(false);

    [Fact]
    public void A_tunnel_that_ends_in_a_certificate_for_others_is_no_healthy_one()
    {
        var verdict = Primary(Tunnel() with { TunnelTls = Shaken() with { CoversName = false, Certificate = new TlsCertificate { SubjectAlternativeNames = ["other.example"] } } });
        Assert.Equal(("TlsServerNameMismatch", Confidence.Proven), (verdict.FaultId, verdict.Confidence));
        Assert.Contains("through the proxy http://proxy.example:3128", verdict.Summary);
        Assert.Contains("other.example", verdict.Summary);
        Whole.Check(verdict);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_chain_that_does_not_hold_is_named_with_who_serves_it(bool ofProxy)
    {
        var broken = Shaken() with { Certificate = new TlsCertificate { ChainStatus = ["UntrustedRoot"], ChainErrors = ["no root that is trusted here"] } };
        var verdict = Primary(ofProxy ? Tunnel() with { ProxyTls = broken } : Tunnel() with { TunnelTls = broken });
        Assert.Equal(("TlsCertificateInvalid", Confidence.Probable), (verdict.FaultId, verdict.Confidence));
        Assert.Contains(ofProxy ? "that the proxy http://proxy.example:3128 serves" : "through the proxy", verdict.Summary);
        Whole.Check(verdict);
    }

    [Fact]
    public void A_sound_certificate_leaves_the_tunnel_healthy() =>
        Assert.Equal("NoFault", Primary(Tunnel() with { TunnelTls = Shaken() with { CoversName = true, Certificate = new TlsCertificate() } }).FaultId);

    private static PacketFailure Primary(ProxyConnectResult result) => Assert.Single(Resolver.Resolve([result]), v => v.IsPrimary);

    private static TlsHandshake Shaken() => new() { ServerName = "a.example", CertificateName = "a.example", Outcome = TlsOutcome.Completed, Reached = TlsStage.Finished };

    private static ProxyConnectResult Tunnel() => new()
    {
        ComputerName = "web1",
        NetNamespace = "blue",
        ObservedAt = Scene.Noon,
        RemoteAddress = V4.Target,
        RemotePort = 443,
        Protocol = TransportProtocol.Tcp,
        TcpPath = V4.Open(),
        ProxyUri = "http://proxy.example:3128",
        TunnelHost = "a.example",
        TunnelPort = 443,
        Outcome = ProxyOutcome.TunnelOpen,
        StatusCode = 200,
    };
}
