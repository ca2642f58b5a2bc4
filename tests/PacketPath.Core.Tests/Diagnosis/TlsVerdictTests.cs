using PacketPath.Diagnosis;

namespace PacketPath.Core.Tests.Diagnosis;

/// <summary>How TLS handshakes are weighed: against each other, and against the path beneath.</summary>
public class TlsVerdictTests
{
    private static readonly Scene V4 = new(false);

    public static TheoryData<bool> Families => [false, true];

    [Theory]
    [MemberData(nameof(Families))]
    public void A_valid_certificate_for_the_name_is_no_fault(bool ipv6)
    {
        var verdict = Primary(TlsFaultCases.Result(new Scene(ipv6), TlsFaultCases.Completed(TlsFaultCases.Wanted)));
        Assert.Equal(("NoFault", PathLayer.Tls, Confidence.Proven), (verdict.FaultId, verdict.Layer, verdict.Confidence));
        Assert.Contains("TLS 1.3", verdict.Summary);
        Whole.Check(verdict);
    }

    [Theory]
    [InlineData("NeighborUnresolved")]
    [InlineData("OutputFirewallDrop")]
    [InlineData("RouteBlackhole")]
    [InlineData("RemoteRefused")]
    [InlineData("PathSilentAfterHop")]
    [InlineData("InputFirewallDrop")]
    public void What_stops_TCP_is_the_verdict_and_TLS_is_not(string faultId)
    {
        var beneath = FaultCases.Find(faultId).Fires(V4).OfType<SynPathResult>().First();
        var result = TlsFaultCases.Result(V4) with { TcpPath = beneath, Handshakes = [] };
        Assert.Equal(faultId, Primary(result).FaultId);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_newer_dead_path_outweighs_an_older_handshake(bool ipv6)
    {
        var scene = new Scene(ipv6);
        var older = TlsFaultCases.Result(scene, TlsFaultCases.Alert("unrecognized_name", 112));
        var newer = scene.Probe(SynOutcome.NoReply) with { ObservedAt = Scene.Noon.AddMinutes(1) };
        Assert.Equal("NoReply", Primary(older, newer).FaultId);
    }

    [Fact]
    public void Unrecognized_name_needs_no_comparison() =>
        Assert.Equal(("TlsServerNameRejected", Confidence.Proven), Told(TlsFaultCases.Alert("unrecognized_name", 112)));

    [Theory]
    [InlineData("handshake_failure", 40)]
    [InlineData("protocol_version", 70)]
    [InlineData("internal_error", 80)]
    public void Another_alert_without_a_comparison_decides_nothing(string name, int code)
    {
        var verdicts = Resolver.Resolve([TlsFaultCases.Result(V4, TlsFaultCases.Alert(name, code))]).ToArray();
        Assert.Equal("Indeterminate", verdicts[0].FaultId);
        Assert.All(verdicts, Whole.Check);
    }

    [Fact]
    public void An_alert_behind_the_ServerHello_is_not_about_the_name()
    {
        var refused = TlsFaultCases.Alert("handshake_failure", 40) with { Reached = TlsStage.AfterServerHello, ClientCertificateRequested = true };
        var verdict = Primary(TlsFaultCases.Result(V4, refused, TlsFaultCases.Completed(TlsFaultCases.Other) with { IsControl = true }));
        Assert.Equal("Indeterminate", verdict.FaultId);
        Assert.Contains(verdict.Evidence, e => e.Observation.Contains("client certificate", StringComparison.Ordinal));
        Whole.Check(verdict);
    }

    [Fact]
    public void A_host_without_roots_accuses_no_chain()
    {
        var untrusted = TlsFaultCases.Completed(TlsFaultCases.Wanted);
        untrusted = untrusted with { Certificate = untrusted.Certificate! with { ChainStatus = ["PartialChain"], ChainErrors = ["it leads nowhere"] } };
        var result = TlsFaultCases.Result(V4, untrusted) with { NotObserved = [new MissingObservation { What = "trust in certificate chains", Why = "no roots", Remedy = "Install some." }] };
        Assert.Equal("Indeterminate", Primary(result).FaultId);
        Assert.Equal("TlsCertificateInvalid", Primary(result with { NotObserved = [] }).FaultId);
        Assert.Equal("TlsCertificateInvalid", Primary(result with { Handshakes = [TlsFaultCases.Invalid(untrusted)] }).FaultId);
    }

    [Fact]
    public void One_reset_that_was_not_tried_again_is_probable() => Assert.Equal(
        ("TlsServerNameBlocked", Confidence.Probable), Told(TlsFaultCases.Ended(TlsOutcome.Reset), TlsFaultCases.Completed(TlsFaultCases.Other) with { IsControl = true }));

    [Fact]
    public void One_reset_without_a_comparison_decides_nothing() =>
        Assert.Equal("Indeterminate", Told(TlsFaultCases.Ended(TlsOutcome.Reset)).FaultId);

    [Fact]
    public void A_block_page_for_one_name_is_a_block() => Assert.Equal(
        ("TlsServerNameBlocked", Confidence.Proven),
        Told(
            TlsFaultCases.Ended(TlsOutcome.NotTls) with { ReceivedText = "HTTP/1.1 403 Forbidden", BytesReceived = 30, Reason = "a record cannot be of type 72" },
            TlsFaultCases.Completed(TlsFaultCases.Other) with { IsControl = true }));

    [Fact]
    public void A_reset_from_elsewhere_is_said_to_be_so()
    {
        TlsPacket[] packets = [new() { IsFromPeer = true, Flags = "SYN,ACK", Ttl = 62 }, new() { IsFromPeer = true, Flags = "RST,ACK", Ttl = 64 }];
        var verdict = Primary(TlsFaultCases.Result(
            V4, TlsFaultCases.Ended(TlsOutcome.Reset) with { Packets = packets }, TlsFaultCases.Again(TlsOutcome.Reset), TlsFaultCases.Completed(null) with { IsControl = true }));
        Assert.Equal("TlsServerNameBlocked", verdict.FaultId);
        Assert.Contains(verdict.Evidence, e => e.Bearing == EvidenceBearing.Supports && e.Observation.Contains("TTL 64", StringComparison.Ordinal));
        Whole.Check(verdict);
    }

    [Fact]
    public void Every_connection_that_ends_without_a_word_is_probably_no_TLS() => Assert.Equal(
        ("TlsNotSpoken", Confidence.Probable), Told(TlsFaultCases.Ended(TlsOutcome.Closed), TlsFaultCases.Again(TlsOutcome.Closed), TlsFaultCases.Nameless(TlsOutcome.Closed)));

    [Fact]
    public void Silence_for_one_name_alone_is_probable_and_for_any_proven()
    {
        Assert.Equal(("TlsHandshakeStalled", Confidence.Probable), Told(TlsFaultCases.Ended(TlsOutcome.TimedOut) with { ServerName = null }, TlsFaultCases.Again(TlsOutcome.TimedOut) with { ServerName = null }));
        Assert.Equal(("TlsHandshakeStalled", Confidence.Proven), Told(TlsFaultCases.Ended(TlsOutcome.TimedOut), TlsFaultCases.Nameless(TlsOutcome.TimedOut)));
    }

    [Fact]
    public void Silence_after_the_ServerHello_stalls_though_another_name_passes()
    {
        var halted = TlsFaultCases.Ended(TlsOutcome.TimedOut) with { Reached = TlsStage.AfterServerHello, BytesReceived = 127 };
        Assert.Equal(
            ("TlsHandshakeStalled", Confidence.Proven),
            Told(halted, halted with { IsRepetition = true }, TlsFaultCases.Completed(TlsFaultCases.Other) with { IsControl = true }));
    }

    [Fact]
    public void A_large_hello_that_fails_beside_a_small_one_that_passes_stalls()
    {
        var large = TlsFaultCases.Ended(TlsOutcome.TimedOut) with { IsLarge = true, ClientHelloBytes = 3300, IsAcknowledged = false };
        Assert.Equal(("TlsHandshakeStalled", Confidence.Proven), Told(TlsFaultCases.Completed(TlsFaultCases.Wanted), large, large with { IsRepetition = true }));
        Assert.Equal("MtuBlackHole", Primary(
            TlsFaultCases.Result(V4, TlsFaultCases.Completed(TlsFaultCases.Wanted), large, large with { IsRepetition = true }), V4.Mtu(MtuOutcome.BlackHole, 1400)).FaultId);
    }

    [Fact]
    public void A_name_that_passes_later_is_no_fault_any_more()
    {
        var bad = TlsFaultCases.Result(V4, TlsFaultCases.Alert("unrecognized_name", 112));
        var good = TlsFaultCases.Result(V4, TlsFaultCases.Completed(TlsFaultCases.Wanted)) with { ObservedAt = Scene.Noon.AddMinutes(1) };
        Assert.Equal("NoFault", Primary(bad, good).FaultId);
        Assert.Equal("TlsServerNameRejected", Primary(bad with { ObservedAt = Scene.Noon.AddMinutes(2) }, good).FaultId);
    }

    [Theory]
    [InlineData(TlsOutcome.TimedOut, "TlsHandshakeStalled")]
    [InlineData(TlsOutcome.Reset, "TlsNotSpoken")]
    public void What_another_name_got_the_day_before_accuses_nobody(TlsOutcome outcome, string faultId)
    {
        var before = TlsFaultCases.Result(V4, TlsFaultCases.Completed(TlsFaultCases.Other)) with { ObservedAt = Scene.Noon.AddDays(-1) };
        var verdicts = Resolver.Resolve([before, TlsFaultCases.Result(V4, TlsFaultCases.Ended(outcome), TlsFaultCases.Again(outcome), TlsFaultCases.Nameless(outcome))]).ToArray();
        Assert.Equal(faultId, Assert.Single(verdicts, v => v.IsPrimary).FaultId);
        Assert.DoesNotContain(verdicts, v => v.FaultId == "TlsServerNameBlocked");
        Assert.All(verdicts, v => Assert.DoesNotContain(v.Evidence, e => e.Observation.Contains(TlsFaultCases.Other, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(86400)]
    public void What_another_name_got_in_another_run_is_no_witness_where_the_own_control_fails(int seconds)
    {
        var before = TlsFaultCases.Result(V4, TlsFaultCases.Completed(TlsFaultCases.Other)) with { ObservedAt = Scene.Noon.AddSeconds(-seconds) };
        Assert.NotEqual("TlsServerNameBlocked", Primary(
            before, TlsFaultCases.Result(V4, TlsFaultCases.Ended(TlsOutcome.Reset), TlsFaultCases.Again(TlsOutcome.Reset), TlsFaultCases.Nameless(TlsOutcome.Reset))).FaultId);
    }

    [Fact]
    public void Another_run_is_a_witness_only_beside_and_from_the_same_source()
    {
        var cut = TlsFaultCases.Result(V4, TlsFaultCases.Ended(TlsOutcome.Reset), TlsFaultCases.Again(TlsOutcome.Reset));
        var other = TlsFaultCases.Result(V4, TlsFaultCases.Completed(TlsFaultCases.Other));
        var beside = Primary(cut, other with { ObservedAt = cut.ObservedAt.AddSeconds(5) });
        Assert.Equal(("TlsServerNameBlocked", Confidence.Probable), (beside.FaultId, beside.Confidence));
        Assert.NotEqual("TlsServerNameBlocked", Primary(cut, other with { ObservedAt = cut.ObservedAt.AddMinutes(5) }).FaultId);
        Assert.NotEqual("TlsServerNameBlocked", Primary(cut, other with { ObservedAt = cut.ObservedAt.AddSeconds(5), Mark = 7 }).FaultId);
    }

    [Fact]
    public void A_port_that_was_silent_and_speaks_now_is_not_stalled()
    {
        var silent = TlsFaultCases.Result(V4, TlsFaultCases.Ended(TlsOutcome.TimedOut), TlsFaultCases.Nameless(TlsOutcome.TimedOut));
        var speaks = TlsFaultCases.Result(V4, TlsFaultCases.Completed(TlsFaultCases.Other)) with { ObservedAt = Scene.Noon.AddDays(1) };
        Assert.NotEqual("TlsHandshakeStalled", Primary(silent, speaks).FaultId);
    }

    [Fact]
    public void An_older_handshake_keeps_its_own_time_and_trust()
    {
        var old = TlsFaultCases.Result(V4, TlsFaultCases.Invalid(TlsFaultCases.Completed(TlsFaultCases.Wanted))) with { TrustSource = "system, old.pem", ObservedAt = Scene.Noon.AddMinutes(-10) };
        var verdict = Primary(old, TlsFaultCases.Result(V4, TlsFaultCases.Completed(TlsFaultCases.Other)));
        Assert.Equal("TlsCertificateInvalid", verdict.FaultId);
        Assert.Contains(verdict.Evidence, e => e.Source.Contains("old.pem", StringComparison.Ordinal) && e.ObservedAt == old.ObservedAt);
        Assert.DoesNotContain(verdict.Evidence, e => e.Source == "TLS handshake" && e.ObservedAt != old.ObservedAt);
    }

    [Fact]
    public void The_certificate_of_another_site_comes_before_its_chain()
    {
        var verdicts = Resolver.Resolve([TlsFaultCases.Result(V4, TlsFaultCases.Invalid(TlsFaultCases.Completed(TlsFaultCases.Wanted)) with { CoversName = false })]).ToArray();
        Assert.Equal(["TlsServerNameMismatch", "TlsCertificateInvalid"], verdicts.Select(v => v.FaultId));
    }

    [Fact]
    public void The_next_step_asks_what_the_user_asked()
    {
        var result = TlsFaultCases.Result(V4, TlsFaultCases.Completed(TlsFaultCases.Wanted) with { CoversName = false }) with { TrustedCertificate = ["/etc/our ca.pem"] };
        Assert.Contains(Primary(result).NextSteps, s => s.StartsWith($"Test-TlsServerName -TargetName {V4.Target} -Port 443 -ServerName b.example -TrustedCertificate '/etc/our ca.pem'", StringComparison.Ordinal));
    }

    [Fact]
    public void Hostile_text_stays_text()
    {
        var result = TlsFaultCases.Result(V4, TlsFaultCases.Completed("evil\u001b[2J") with
        {
            CoversName = false, Certificate = new TlsCertificate { Subject = "CN=\u001b]0;x\u0007", SubjectAlternativeNames = ["\u202Ea"], SubjectAlternativeNameCount = 1, Issuer = "\n" },
        });
        var verdict = Primary(result);
        Whole.Check(verdict);
        Assert.All(verdict.Evidence, e => Assert.DoesNotContain(e.Observation, c => char.IsControl(c) || c == '\u202E'));
    }

    private static (string FaultId, Confidence Confidence) Told(params TlsHandshake[] handshakes)
    {
        var verdict = Primary(TlsFaultCases.Result(V4, handshakes));
        Whole.Check(verdict);
        return (verdict.FaultId, verdict.Confidence);
    }

    private static PacketFailure Primary(params PacketEvidence[] evidence) => Assert.Single(Resolver.Resolve(evidence), v => v.IsPrimary);
}
