using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using PacketPath.Tls;

namespace PacketPath.Labs;

/// <summary>Speaks TLS: the certificate by the server name, and for some names something else.</summary>
internal sealed class TlsService : IDisposable
{
    private const string AnyName = "*";
    private static readonly byte[] UnrecognizedName = [21, 3, 3, 0, 2, 2, TlsAlertNames.UnrecognizedName];
    private static readonly byte[] HandshakeFailure = [21, 3, 3, 0, 2, 2, TlsAlertNames.HandshakeFailure];

    private readonly Socket _listener;
    private readonly LabTls _tls;
    private readonly SslStreamCertificateContext[] _certificates;
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Listens; called on a thread inside the node's namespace.</summary>
    public TlsService(LabService service, LabAuthority authority)
    {
        _tls = service.Tls!;
        _certificates = [.. _tls.Certificates.Select(authority.Issue)];
        _listener = ServiceSocket.Bind(service, SocketType.Stream);
        _listener.Listen(service.Backlog);
        _ = AcceptAsync();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The lab ends.
        }
    }

    private async Task ServeAsync(Socket connection)
    {
        using (connection)
        {
            try
            {
                var (hello, bytes) = await ReadHelloAsync(connection).ConfigureAwait(false);
                if (AnswerTo(hello?.ServerName) is { } answer)
                {
                    await AnswerAsync(connection, answer, hello, bytes).ConfigureAwait(false);
                }
                else
                {
                    await ShakeAsync(connection, hello, bytes, stall: false).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (e is IOException or SocketException or AuthenticationException or OperationCanceledException or ObjectDisposedException)
            {
                // The peer went away, or the lab ends.
            }
        }
    }

    private async Task<(TlsClientHello? Hello, byte[] Bytes)> ReadHelloAsync(Socket connection)
    {
        var (reader, read, buffer) = (new TlsRecordReader(fromPeer: true), new List<byte>(), new byte[4096]);
        while (reader.ClientHello is null && reader.Fault is null)
        {
            var count = await connection.ReceiveAsync(buffer, _stop.Token).ConfigureAwait(false);
            if (count == 0)
            {
                break;
            }

            reader.Feed(buffer.AsSpan(0, count), 0);
            read.AddRange(buffer.AsSpan(0, count));
        }

        return (reader.ClientHello, [.. read]);
    }

    private LabTlsAnswer? AnswerTo(string? name) =>
        _tls.Answers.TryGetValue(name ?? "", out var own) ? own
        : CertificateOf(name) is null && _tls.Answers.TryGetValue(AnyName, out var any) ? any
        : null;

    private SslStreamCertificateContext? CertificateOf(string? name) => name is null ? null : Array.Find(_certificates, c => TlsCertificateReader.Covers(c.TargetCertificate, name));

    private async Task AnswerAsync(Socket connection, LabTlsAnswer answer, TlsClientHello? hello, byte[] bytes)
    {
        switch (answer)
        {
            case LabTlsAnswer.Reset:
                connection.LingerState = new LingerOption(true, 0);
                connection.Close();
                return;
            case LabTlsAnswer.Close:
                connection.Shutdown(SocketShutdown.Send);
                break;
            case LabTlsAnswer.Alert:
                await connection.SendAsync(UnrecognizedName, _stop.Token).ConfigureAwait(false);
                break;
            case LabTlsAnswer.HandshakeFailure:
                await connection.SendAsync(HandshakeFailure, _stop.Token).ConfigureAwait(false);
                break;
            case LabTlsAnswer.PlainText:
                await connection.SendAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), _stop.Token).ConfigureAwait(false);
                break;
            case LabTlsAnswer.Stall:
                await ShakeAsync(connection, hello, bytes, stall: true).ConfigureAwait(false);
                break;
            default:
                break;
        }

        await DrainAsync(new NetworkStream(connection)).ConfigureAwait(false);
    }

    private async Task ShakeAsync(Socket connection, TlsClientHello? hello, byte[] bytes, bool stall)
    {
        if (_certificates.Length == 0)
        {
            return;
        }

        using var tls = new SslStream(new ReplayStream(bytes, new NetworkStream(connection), stall));
        await tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificateContext = CertificateOf(hello?.ServerName) ?? _certificates[0],
                ApplicationProtocols = _tls.Alpn.Count == 0 ? null : [.. _tls.Alpn.Select(static p => new SslApplicationProtocol(p))],
            },
            _stop.Token).ConfigureAwait(false);
        await DrainAsync(tls).ConfigureAwait(false);
    }

    private async Task DrainAsync(Stream stream)
    {
        var buffer = new byte[4096];
        while (await stream.ReadAsync(buffer, _stop.Token).ConfigureAwait(false) > 0)
        {
        }
    }
}
