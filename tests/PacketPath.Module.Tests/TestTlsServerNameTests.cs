using System.Diagnostics;

namespace PacketPath.Module.Tests;

/// <summary>Test-TlsServerName as a user meets it, on loopback: no privilege needed.</summary>
public sealed class TestTlsServerNameTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    [Fact]
    public void Each_name_has_a_handshake_of_its_own_and_a_verdict_comes_of_them()
    {
        using var server = new TlsPort();
        var result = engine.Invoke($"Test-TlsServerName 127.0.0.1 {server.Port} -ServerName a.example, b.example -Alpn h2 -NoCapture -TrustedCertificate $file", "file", server.File).One<TlsServerNameResult>();
        Assert.Equal(["a.example", "b.example"], result.Handshakes.Select(h => h.ServerName));
        Assert.Equal([true, false], result.Handshakes.Select(h => h.CoversName));
        Assert.All(result.Handshakes, h => Assert.Equal((TlsOutcome.Completed, "h2", 0), (h.Outcome, h.Alpn, h.Certificate!.ChainErrors.Length)));
        Assert.Equal((SynOutcome.Open, CaptureStatus.NotRequested), (result.TcpPath!.Outcome, result.CaptureStatus));
        Assert.Equal([server.File], result.TrustedCertificate);

        var verdict = engine.Invoke(
            $"Test-TlsServerName 127.0.0.1 {server.Port} -ServerName b.example -NoCapture | Resolve-PacketFailure -PrimaryOnly").One<PacketFailure>();
        Assert.Equal(("TlsServerNameMismatch", PathLayer.Tls), (verdict.FaultId, verdict.Layer));
    }

    [Fact]
    public void An_address_is_held_against_the_certificate_and_not_sent()
    {
        using var server = new TlsPort();
        var covered = engine.Invoke($"Test-TlsServerName 127.0.0.1 {server.Port} -NoCapture -TrustedCertificate $file | Resolve-PacketFailure -PrimaryOnly", "file", server.File).One<PacketFailure>();
        Assert.Equal(("NoFault", PathLayer.Tls), (covered.FaultId, covered.Layer));
        var other = engine.Invoke($"Test-TlsServerName 127.0.0.2 {server.Port} -NoCapture").One<TlsServerNameResult>();
        Assert.Equal((null, "127.0.0.2", (bool?)false), (other.Handshakes[0].ServerName, other.Handshakes[0].CertificateName, other.Handshakes[0].CoversName));
    }

    [Fact]
    public void A_name_without_an_own_ServerName_asks_for_itself()
    {
        using var server = new TlsPort();
        var result = engine.Invoke($"Test-TlsServerName localhost {server.Port} -IPv4 -NoCapture").One<TlsServerNameResult>();
        Assert.Equal("localhost", Assert.Single(result.Handshakes).ServerName);
    }

    [Fact]
    public void A_closed_port_is_a_TCP_matter()
    {
        var result = engine.Invoke("Test-TlsServerName 127.0.0.1 1 -ServerName a.example -NoCapture").One<TlsServerNameResult>();
        Assert.Empty(result.Handshakes);
        Assert.Equal(SynOutcome.Refused, result.TcpPath!.Outcome);
        Assert.Contains(result.NotObserved, m => m.What == "TLS handshakes");
        var verdict = engine.Invoke("$result | Resolve-PacketFailure -PrimaryOnly", "result", result).One<PacketFailure>();
        Assert.Equal("RemoteRefused", verdict.FaultId);
    }

    [Fact]
    public void It_survives_a_job_and_a_file_and_is_still_evidence()
    {
        using var server = new TlsPort();
        var result = engine.Invoke($"Test-TlsServerName 127.0.0.1 {server.Port} -ServerName b.example -NoCapture").One<TlsServerNameResult>();
        var text = System.Management.Automation.PSSerializer.Serialize(result, 6);
        var back = System.Management.Automation.PSSerializer.Deserialize(text);
        var verdict = engine.Invoke("$back | Resolve-PacketFailure -PrimaryOnly", "back", back).One<PacketFailure>();
        Assert.Equal("TlsServerNameMismatch", verdict.FaultId);
    }

    [Theory]
    [InlineData("-ServerName 'no name'", "ServerNameInvalid", "no name")]
    [InlineData("-ControlName 'a..b'", "ServerNameInvalid", "a..b")]
    [InlineData("-TrustedCertificate /nonexistent/ca.pem", "TrustedCertificateInvalid", "/nonexistent/ca.pem")]
    [InlineData("-TrustedCertificate /etc/hostname", "TrustedCertificateInvalid", "/etc/hostname")]
    public void Bad_input_ends_the_call_with_advice(string how, string id, string target)
    {
        var error = engine.Invoke($"try {{ Test-TlsServerName 127.0.0.1 1 {how} }} catch {{ $_ }}").One<System.Management.Automation.ErrorRecord>();
        Assert.StartsWith(id, error.FullyQualifiedErrorId);
        Assert.Equal(target, error.TargetObject);
        Assert.NotEmpty(error.ErrorDetails.RecommendedAction);
    }

    [Fact]
    public void Bad_targets_and_ports_are_reported_and_the_rest_goes_on()
    {
        using var server = new TlsPort();
        var found = engine.Invoke($"Test-TlsServerName 10, 127.0.0.1 {server.Port} -NoCapture -ErrorAction SilentlyContinue -ErrorVariable wrong; if ($wrong[0].TargetObject -ne '10') {{ 'another target' }}").One<TlsServerNameResult>();
        Assert.Equal("127.0.0.1", found.RemoteAddress);
        var error = engine.Invoke("Test-TlsServerName 127.0.0.1 70000 -ErrorAction SilentlyContinue -ErrorVariable port; $port[0]").One<System.Management.Automation.ErrorRecord>();
        Assert.StartsWith("PortOutOfRange", error.FullyQualifiedErrorId);
        Assert.Equal(70000, error.TargetObject);
    }

    [Fact]
    public void Two_hundred_silent_targets_take_little_longer_than_one()
    {
        using var server = new TlsPort(isSilent: true);
        var clock = Stopwatch.StartNew();
        var results = engine.Invoke($"1..200 | ForEach-Object {{ \"127.0.1.$_\" }} | Test-TlsServerName -Port {server.Port} -NoCapture -TimeoutSeconds 0.4 -ThrottleLimit 200").AssertClean().Of<TlsServerNameResult>();
        Assert.Equal(200, results.Select(r => r.RemoteAddress).Distinct().Count());
        Assert.All(results, r => Assert.Equal((TlsOutcome.TimedOut, TlsStage.AfterClientHello, (bool?)true), (r.Handshakes[0].Outcome, r.Handshakes[0].Reached, r.Handshakes[0].IsAcknowledged)));

        // One after the other they would take 160 s.
        Assert.InRange(clock.Elapsed.TotalSeconds, 0.8, 20);
    }

    [Fact]
    public void Results_stream_before_the_last_target_is_known()
    {
        using var server = new TlsPort();
        var seen = engine.Invoke(
            $"& {{ '127.0.0.1'; for ($i = 0; $i -lt 2000 -and -not $script:first; $i++) {{ [Threading.Thread]::Sleep(5); '127.0.0.2' }} $script:asked = $i }} | Test-TlsServerName -Port {server.Port} -NoCapture -ThrottleLimit 4 | ForEach-Object {{ $script:first = $true }}; $script:asked").One<int>();
        Assert.InRange(seen, 0, 1999);
    }
}
