using System.Diagnostics;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PacketPath.Tls;

namespace PacketPath.Probes;

/// <summary>
/// Makes one TLS handshake over any stream, for observation only: whatever certificate is served is taken, judged and reported, and
/// no application data follows. The stream stays open.
/// </summary>
public static class TlsHandshaker
{
    private const int LongestProtocol = 255;
    private const int MostOffered = 60000;
    private const int LongestText = 96;
    private const int LongestReason = 200;

    /// <summary>Makes a handshake. Whatever the peer does is a result.</summary>
    /// <param name="stream">The connection.</param>
    /// <param name="options">How.</param>
    /// <param name="stop">Ends it at once.</param>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public static async Task<TlsHandshake> RunAsync(Stream stream, TlsHandshakeOptions options, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(options);
        var began = Stopwatch.GetTimestamp();
        double Clock() => Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        var wire = new TlsRecordingStream(stream, Clock);
        using var seen = new Seen();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(options.Timeout);
        var tls = new SslStream(wire, leaveInnerStreamOpen: true);
        await using (tls.ConfigureAwait(false))
        {
            Exception? failure = null;
            try
            {
                await tls.AuthenticateAsClientAsync(Authentication(options, seen), limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                throw;
            }
            catch (Exception e)
            {
                failure = e;
            }

            var (ended, late) = (Clock(), limit.IsCancellationRequested);

            // Judged when the clock has stopped: the first chain of a process loads the roots of the system.
            seen.Judge(options);
            var handshake = Describe(options, wire, seen, tls, failure, late) with { HandshakeMilliseconds = Math.Round(ended - (wire.FirstSentAt ?? 0), 3) };
            if (failure is null)
            {
                await SayGoodbye(tls, limit.Token).ConfigureAwait(false);
            }

            return handshake;
        }
    }

    private static async Task SayGoodbye(SslStream tls, CancellationToken stop)
    {
        try
        {
            await tls.ShutdownAsync().WaitAsync(stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or InvalidOperationException or AuthenticationException)
        {
            // The peer has gone first: the handshake has been seen all the same.
        }
    }

    private static SslClientAuthenticationOptions Authentication(TlsHandshakeOptions options, Seen seen) => new()
    {
        TargetHost = options.ServerName ?? "",
        ApplicationProtocols = Protocols(options),
        RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
        {
            seen.Take(certificate, chain);
            return true;
        },
        LocalCertificateSelectionCallback = (_, _, _, remote, _) =>
        {
            seen.IsAsked |= remote is not null;
            return null!;
        },
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,

        // SslStream builds a chain of its own, whose outcome is not used: it must not fetch anything.
        CertificateChainPolicy = new X509ChainPolicy
        {
            DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck, TrustMode = X509ChainTrustMode.CustomRootTrust,
        },
    };

    private static List<SslApplicationProtocol>? Protocols(TlsHandshakeOptions options)
    {
        var protocols = options.Alpn.Select(static p => new SslApplicationProtocol(p)).ToList();
        if (options.LeastClientHello > 0)
        {
            // Where none was asked for, the usual ones go first: a server that knows ALPN refuses a list of strangers.
            if (protocols.Count == 0)
            {
                protocols.AddRange([SslApplicationProtocol.Http2, SslApplicationProtocol.Http11]);
            }

            var size = 0;
            for (var i = 0; size < Math.Min(options.LeastClientHello, MostOffered); i++)
            {
                var filler = string.Create(CultureInfo.InvariantCulture, $"packetpath-{i:000}-").PadRight(Math.Clamp(options.LeastClientHello - size - 1, 16, LongestProtocol), 'x');
                protocols.Add(new SslApplicationProtocol(filler));
                size += filler.Length + 1;
            }
        }

        return protocols.Count == 0 ? null : protocols;
    }

    private static TlsHandshake Describe(TlsHandshakeOptions options, TlsRecordingStream wire, Seen seen, SslStream tls, Exception? failure, bool late)
    {
        var (sent, received) = (wire.Sent, wire.Received);
        var hello = received.ServerHello;
        var start = wire.FirstSentAt ?? 0;
        var alerts = Alerts(wire, failure, start);
        var fatal = alerts.FirstOrDefault(static a => a is { IsFromPeer: true, IsFatal: true });
        var outcome = OutcomeOf(wire, failure, fatal, late);
        return new TlsHandshake
        {
            ServerName = options.ServerName,
            CertificateName = options.CertificateName,
            IsLarge = options.LeastClientHello > 0,
            Outcome = outcome,
            Reached = outcome == TlsOutcome.Completed ? TlsStage.Finished
                : hello is not null ? TlsStage.AfterServerHello
                : sent.ClientHelloBytes > 0 ? TlsStage.AfterClientHello
                : TlsStage.BeforeClientHello,
            TlsVersion = hello is null ? null : TlsHello.VersionName(hello.Version),
            CipherSuite = hello is null ? null : CipherName(hello.CipherSuite),
            Alpn = DisplayText.Clean(failure is null ? tls.NegotiatedApplicationProtocol.ToString() : hello?.Alpn ?? ""),
            Certificate = seen.Certificate,
            CoversName = seen.Covers,
            ClientCertificateRequested = seen.IsAsked || received.CertificateRequested,
            Alert = outcome == TlsOutcome.Alert ? fatal?.Name : null,
            Alerts = alerts,
            SocketError = wire.Error?.ToString(),
            Reason = outcome is TlsOutcome.Failed or TlsOutcome.NotTls ? ReasonOf(wire, failure) : null,
            ReceivedText = outcome == TlsOutcome.NotTls ? TextOf(received.Preview) : null,
            ClientHelloBytes = (int)sent.ClientHelloBytes,
            BytesSent = sent.Bytes,
            BytesReceived = received.Bytes,
            FirstByteMilliseconds = wire.FirstReceivedAt is { } first ? Math.Round(first - start, 3) : null,
            ServerHelloMilliseconds = hello is null ? null : Math.Round(received.ServerHelloAt - start, 3),
            Records = [.. sent.Records.Concat(received.Records).OrderBy(static r => r.OffsetMilliseconds).Take(TlsRecordReader.MostRecords)
                .Select(r => r with { OffsetMilliseconds = Math.Round(r.OffsetMilliseconds - start, 3) })],
        };
    }

    private static TlsOutcome OutcomeOf(TlsRecordingStream wire, Exception? failure, TlsAlert? fatal, bool late) =>
        failure is null ? TlsOutcome.Completed
        : wire.Received is { Fault: not null, RecordCount: 0 } ? TlsOutcome.NotTls
        : fatal is not null ? TlsOutcome.Alert
        : wire.Error is SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted ? TlsOutcome.Reset
        : wire.IsClosed ? TlsOutcome.Closed
        : late || wire.Error == SocketError.TimedOut ? TlsOutcome.TimedOut
        : TlsOutcome.Failed;

    private static TlsAlert[] Alerts(TlsRecordingStream wire, Exception? failure, double start)
    {
        var alerts = wire.Sent.Alerts.Concat(wire.Received.Alerts).OrderBy(static a => a.OffsetMilliseconds)
            .Select(a => a with { OffsetMilliseconds = Math.Round(a.OffsetMilliseconds - start, 3) });

        // An encrypted alert cannot be read off the wire; OpenSSL decrypted it and says its number.
        return wire.Received.Alerts.Any(static a => a.IsFatal) || OpenSslAlert.Of(failure) is not { } code
            ? [.. alerts]
            : [.. alerts, new TlsAlert { IsFromPeer = true, Code = code, Name = TlsAlertNames.Of(code), IsFatal = true, OffsetMilliseconds = Math.Round((wire.FirstReceivedAt ?? start) - start, 3) }];
    }

    private static string ReasonOf(TlsRecordingStream wire, Exception? failure)
    {
        if (wire.IsFlooded)
        {
            return "the peer sent more than any handshake needs";
        }

        if (wire.Received.Fault is { } fault)
        {
            return fault;
        }

        var text = DisplayText.Clean((failure?.InnerException ?? failure)?.Message ?? "").Trim().TrimEnd('.');
        return text.Length <= LongestReason ? text : text[..LongestReason];
    }

    private static string TextOf(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.ASCII.GetString(bytes[..Math.Min(bytes.Length, LongestText)]);
        var line = text.Split('\n')[0].TrimEnd('\r');
        return string.Concat(line.Select(static c => c is >= ' ' and <= '~' ? c : '\uFFFD'));
    }

    private static string CipherName(int suite) => Enum.IsDefined((TlsCipherSuite)suite)
        ? ((TlsCipherSuite)suite).ToString()
        : string.Create(CultureInfo.InvariantCulture, $"0x{suite:x4}");

    /// <summary>What SslStream's callbacks were shown.</summary>
    private sealed class Seen : IDisposable
    {
        private readonly X509Certificate2Collection _sent = [];
        private X509Certificate2? _own;

        public TlsCertificate? Certificate { get; private set; }

        public bool? Covers { get; private set; }

        public bool IsAsked { get; set; }

        public void Take(X509Certificate? certificate, X509Chain? chain)
        {
            if (certificate is null || _own is not null)
            {
                return;
            }

            _own = new X509Certificate2(certificate);
            foreach (var extra in chain?.ChainPolicy.ExtraStore ?? [])
            {
                _sent.Add(new X509Certificate2(extra));
            }
        }

        public void Judge(TlsHandshakeOptions options)
        {
            if (_own is null)
            {
                return;
            }

            using var chain = options.Trust.Judge(_own, _sent);
            Certificate = TlsCertificateReader.Read(_own, chain);
            Covers = options.CertificateName is { } name ? TlsCertificateReader.Covers(_own, name) : null;
        }

        public void Dispose()
        {
            _own?.Dispose();
            foreach (var extra in _sent)
            {
                extra.Dispose();
            }
        }
    }
}
