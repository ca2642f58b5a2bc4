using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using PacketPath.Tls;

namespace PacketPath.Probes;

/// <summary>
/// Speaks TLS over a stream, and goes on to be spoken through. The certificate is judged and reported; what is entrusted to the peer in spite of
/// the judgement is the caller's to decide.
/// </summary>
internal sealed class TlsConverser : IDisposable
{
    private const int LongestReason = 200;

    private readonly SslStream _tls;
    private readonly string _name;
    private readonly bool _isAddress;
    private TlsCertificate? _certificate;
    private bool? _covers;

    /// <summary>Creates a conversation with a host of this name or address.</summary>
    public TlsConverser(Stream inner, string name)
    {
        (_name, _isAddress) = (name, IPAddress.TryParse(name, out _));
        _tls = new SslStream(inner, leaveInnerStreamOpen: true, Take);
    }

    /// <summary>What is said inside.</summary>
    public Stream Stream => _tls;

    /// <summary>True where the certificate is whole, trusted by this host, and covers the name.</summary>
    public static bool IsTrusted(TlsHandshake handshake) => handshake is { CoversName: true, Certificate.ChainErrors.Length: 0 };

    /// <summary>What speaks against a certificate, in words.</summary>
    public static string Doubts(TlsHandshake handshake) => string.Join(", ", (handshake.Certificate?.ChainStatus ?? [])
        .Distinct().Concat(handshake.CoversName == true ? [] : ["it does not cover " + handshake.CertificateName]));

    /// <summary>Shakes hands.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public async Task<TlsHandshake> ShakeHandsAsync(TimeSpan timeout, CancellationToken stop)
    {
        var began = Stopwatch.GetTimestamp();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(timeout);
        var outcome = TlsOutcome.Completed;
        string? reason = null;
        try
        {
            // Nothing is fetched of an issuer: that would be traffic nobody asked for.
            var options = new SslClientAuthenticationOptions
            {
                TargetHost = _name,
                CertificateChainPolicy = new X509ChainPolicy
                {
                    DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck, TrustMode = X509ChainTrustMode.CustomRootTrust,
                },
            };
            await _tls.AuthenticateAsClientAsync(options, deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            (outcome, reason) = (TlsOutcome.TimedOut, "it did not end in time");
        }
        catch (Exception failure) when (failure is AuthenticationException or IOException or InvalidOperationException)
        {
            (outcome, reason) = (TlsOutcome.Failed, Reason(failure));
        }

        return new TlsHandshake
        {
            ServerName = _isAddress ? null : _name,
            CertificateName = _name,
            Outcome = outcome,
            Reached = outcome == TlsOutcome.Completed ? TlsStage.Finished : TlsStage.AfterClientHello,
            TlsVersion = outcome != TlsOutcome.Completed ? null : _tls.SslProtocol switch
            {
                SslProtocols.Tls13 => "TLS 1.3",
                SslProtocols.Tls12 => "TLS 1.2",
                var other => other.ToString(),
            },
            CipherSuite = outcome == TlsOutcome.Completed ? _tls.NegotiatedCipherSuite.ToString() : null,
            Certificate = _certificate,
            CoversName = _covers,
            Reason = reason,
            StartedAt = DateTime.UtcNow - Stopwatch.GetElapsedTime(began),
            HandshakeMilliseconds = Stopwatch.GetElapsedTime(began).TotalMilliseconds,
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _tls.Dispose();

    private bool Take(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is not null)
        {
            using var own = new X509Certificate2(certificate);
            using var judged = TlsTrust.System.Judge(own, chain?.ChainPolicy.ExtraStore ?? []);
            (_certificate, _covers) = (TlsCertificateReader.Read(own, judged), TlsCertificateReader.Covers(own, _name));
        }

        return true;
    }

    private static string Reason(Exception failure)
    {
        while (failure.InnerException is { } inner)
        {
            failure = inner;
        }

        var text = DisplayText.Clean(failure.Message).Trim().TrimEnd('.');
        return text.Length <= LongestReason ? text : text[..LongestReason];
    }
}
