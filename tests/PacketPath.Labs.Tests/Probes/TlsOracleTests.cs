using System.Net;
using System.Text.RegularExpressions;
using PacketPath.Diagnosis;
using PacketPath.HostState;
using PacketPath.Probes;
using PacketPath.Tests;
using PacketPath.Tls;

namespace PacketPath.Labs.Tests.Probes;

/// <summary>On the same peers, openssl s_client and the TLS probe see the same.</summary>
public sealed partial class TlsOracleTests(TlsPeers peers) : IClassFixture<TlsPeers>
{
    [ToolTheory("nginx", "openssl")]
    [InlineData("a.example", false)]
    [InlineData("x.wild.example", true)]
    [InlineData("b.example", true)]
    [InlineData("unknown.example", false)]
    [InlineData("unknown.example", true)]
    public void Nginx_by_name(string name, bool ipv6) => Compare(name, TlsPeers.Nginx, ipv6);

    [ToolTheory("nginx", "openssl")]
    [InlineData("a.example", false)]
    [InlineData("b.example", true)]
    public void Nginx_with_one_old_version_and_one_cipher(string name, bool ipv6)
    {
        var handshake = Compare(name, TlsPeers.NginxTls12, ipv6);
        Assert.Equal(("TLS 1.2", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"), (handshake.TlsVersion, handshake.CipherSuite));
        Assert.Equal(name == "b.example", handshake.CoversName);
    }

    [ToolTheory("caddy", "openssl")]
    [InlineData("a.example", false)]
    [InlineData("b.example", true)]
    [InlineData("unknown.example", false)]
    public void Caddy_by_name(string name, bool ipv6) => Compare(name, TlsPeers.Caddy, ipv6);

    [ToolTheory("openssl")]
    [InlineData("a.example", true)]
    [InlineData("unknown.example", true)]
    public void Openssl_by_name(string name, bool ipv6) => Compare(name, TlsPeers.OpenSsl, ipv6);

    [ToolTheory("nginx")]
    [InlineData(false)]
    [InlineData(true)]
    public void Verdicts_on_nginx_and_caddy(bool ipv6)
    {
        Assert.Equal("NoFault", Verdict(Probe(TlsPeers.Nginx, ipv6, ["a.example"])));
        Assert.Equal("TlsServerNameRejected", Verdict(Probe(TlsPeers.Nginx, ipv6, ["unknown.example"], control: "a.example")));
        Assert.Equal("TlsServerNameMismatch", Verdict(Probe(TlsPeers.NginxTls12, ipv6, ["a.example"])));
        Assert.Equal("NoFault", Verdict(Probe(TlsPeers.NginxTls12, ipv6, [Address(ipv6)])));
    }

    [ToolTheory("nginx")]
    [InlineData(false)]
    [InlineData(true)]
    public void A_large_hello_is_answered_by_nginx(bool ipv6)
    {
        var result = Probe(TlsPeers.Nginx, ipv6, ["a.example"], large: true);
        Assert.Equal([false, true], result.Handshakes.Select(h => h.IsLarge));
        Assert.All(result.Handshakes, h => Assert.Equal(TlsOutcome.Completed, h.Outcome));
        var sent = result.Handshakes[1].Packets.Where(p => !p.IsFromPeer && p.PayloadBytes > 0).ToArray();
        Assert.True(result.Handshakes[1].ClientHelloBytes > 2 * 1400);
        Assert.True(result.CaptureStatus != CaptureStatus.Complete || sent[0].PayloadBytes > 1448 || sent.Length > 2, string.Join("; ", sent.Select(p => p.ToString())));
    }

    private static string Address(bool ipv6) => ipv6 ? TlsPeers.Address6 : TlsPeers.Address4;

    private static string Verdict(TlsServerNameResult result) => Resolver.Resolve([result]).First(v => v.IsPrimary).FaultId;

    private TlsHandshake Compare(string name, int port, bool ipv6)
    {
        var ours = Probe(port, ipv6, [name]).Handshakes[0];
        var host = ipv6 ? $"[{TlsPeers.Address6}]" : TlsPeers.Address4;
        var said = peers.Network.Exec("a", $"openssl s_client -connect {host}:{port} -servername {name} -alpn h2,http/1.1 </dev/null 2>&1").Output;
        if (AlertNumber().Match(said) is { Success: true } alert && !said.Contains("subject=", StringComparison.Ordinal))
        {
            Assert.Equal((TlsOutcome.Alert, TlsAlertNames.Of(int.Parse(alert.Groups[1].Value, null))), (ours.Outcome, ours.Alert));
            return ours;
        }

        Assert.Equal(TlsOutcome.Completed, ours.Outcome);
        Assert.Equal(Agreed().Match(said).Groups[1].Value.Replace("TLSv", "TLS ", StringComparison.Ordinal), ours.TlsVersion);
        if (ours.TlsVersion == "TLS 1.3")
        {
            Assert.Equal(Agreed().Match(said).Groups[2].Value, ours.CipherSuite);
        }

        var alpn = Alpn().Match(said);
        Assert.Equal(alpn.Success ? alpn.Groups[1].Value : null, ours.Alpn);
        Assert.Equal(Subject().Match(said).Groups[1].Value.Replace(" ", "", StringComparison.Ordinal), ours.Certificate!.Subject.Replace(" ", "", StringComparison.Ordinal));
        return ours;
    }

    private TlsServerNameResult Probe(int port, bool ipv6, string[] names, string? control = null, bool large = false)
    {
        using var ns = NetworkNamespace.Open(peers.Network.NamespaceOf("a"));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var options = new TlsProbeOptions
        {
            Namespace = ns, ServerNames = names, ControlName = control, Alpn = ["h2", "http/1.1"], LargeClientHello = large, Timeout = TimeSpan.FromSeconds(5), Trust = TlsTrust.WithFiles([peers.Authority]),
        };
        return Assert.Single(TlsProbe.Run(options, [new TlsTarget(Address(ipv6), IPAddress.Parse(Address(ipv6)), port)], limit.Token));
    }

    [GeneratedRegex(@"SSL alert number (\d+)")]
    private static partial Regex AlertNumber();

    [GeneratedRegex(@"New, (TLSv[\d.]+), Cipher is (\S+)")]
    private static partial Regex Agreed();

    [GeneratedRegex(@"ALPN protocol: (\S+)")]
    private static partial Regex Alpn();

    [GeneratedRegex(@"subject=(.+)")]
    private static partial Regex Subject();
}
