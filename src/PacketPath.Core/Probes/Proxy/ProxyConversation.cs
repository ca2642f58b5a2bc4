using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using PacketPath.Interop;
using PacketPath.Netlink.SocketDiag;
using PacketPath.Targets;

namespace PacketPath.Probes;

/// <summary>One conversation with a proxy: TLS where the proxy wants it, the CONNECT, its reply, and TLS through the tunnel where that is asked.</summary>
internal sealed class ProxyConversation
{
    private const int SolTcp = 6;
    private const int TcpInfoOption = 11;
    private const int TcpInfoSize = 256;
    private const int MostFirstBytes = 256;

    private readonly ProxyProbeOptions _options;
    private readonly ProxyTarget _target;
    private readonly Socket _socket;
    private readonly BasicCredential? _credential;
    private readonly string? _user;
    private readonly byte[] _first = new byte[MostFirstBytes];
    private int _firstLength;

    public ProxyConversation(ProxyProbeOptions options, ProxyTarget target, Socket socket)
    {
        (_options, _target, _socket) = (options, target, socket);
        if ((options.Credential ?? target.Proxy.Credential) is { } credential)
        {
            // A user without a password is often a token.
            (_credential, _user) = (new BasicCredential(credential), credential.Password.Length == 0 ? "***" : credential.UserName);
        }
    }

    /// <summary>Holds it, and writes down what came of it.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public async Task<ProxyConnectResult> HoldAsync(ProxyConnectResult result, CancellationToken stop)
    {
        var began = Stopwatch.GetTimestamp();
        if (await WithinAsync(token => _socket.ConnectAsync(new IPEndPoint(_target.Address, _target.Proxy.Port), token), stop).ConfigureAwait(false) is { } failed)
        {
            return result with { Problem = "the connection did not come about, although an attempt just before it had: " + failed.Words, SocketError = failed.Errno };
        }

        _socket.NoDelay = true;
        var local = (IPEndPoint)_socket.LocalEndPoint!;
        result = result with { ConnectMilliseconds = Since(began), LocalAddress = local.Address.ToString(), LocalPort = local.Port };
        var stream = (Stream)new NetworkStream(_socket, ownsSocket: false);
        await using (stream.ConfigureAwait(false))
        {
            if (!_target.Proxy.IsSecure)
            {
                return await AskAsync(result, stream, sendCredential: true, stop).ConfigureAwait(false);
            }

            using var tls = new TlsConverser(stream, _target.Proxy.Host.HostName ?? _target.Address.ToString());
            var heard = await tls.ShakeHandsAsync(_options.Timeout, stop).ConfigureAwait(false);
            result = result with { ProxyTls = heard };
            return heard.Outcome == TlsOutcome.Completed
                ? await AskAsync(result, tls.Stream, TlsConverser.IsTrusted(heard) || _options.SkipCertificateCheck, stop).ConfigureAwait(false)
                : result with { Outcome = ProxyOutcome.TlsFailed, Problem = "TLS with the proxy failed: " + heard.Reason };
        }
    }

    private async Task<ProxyConnectResult> AskAsync(ProxyConnectResult result, Stream stream, bool sendCredential, CancellationToken stop)
    {
        var isSent = sendCredential && _credential is not null;
        if (_credential is not null && !isSent)
        {
            result = result with { NotObserved = [.. result.NotObserved, Withheld(result.ProxyTls!)] };
        }

        var began = Stopwatch.GetTimestamp();
        var reader = new HttpReplyReader();
        double? firstByte = null;
        double? reply = null;
        var closed = false;
        var behind = ReadOnlyMemory<byte>.Empty;
        var failed = await WithinAsync(
            async token =>
            {
                await stream.WriteAsync(Request(isSent ? _credential : null), token).ConfigureAwait(false);
                var buffer = new byte[4096];
                while (reader.State == HttpReplyState.Reading)
                {
                    var got = await stream.ReadAsync(buffer, token).ConfigureAwait(false);
                    if (got == 0)
                    {
                        closed = true;
                        return;
                    }

                    firstByte ??= Since(began);
                    Keep(buffer.AsSpan(0, got));
                    behind = buffer.AsMemory(reader.Read(buffer.AsSpan(0, got))..got);
                }

                reply = reader.State == HttpReplyState.Complete ? Since(began) : null;
            },
            stop).ConfigureAwait(false);
        result = Complete(result, reader, closed, failed) with
        {
            ProxyUser = isSent ? Safe(_user!) : null,
            FirstByteMilliseconds = firstByte,
            ReplyMilliseconds = reply,
            RequestAcknowledged = firstByte is not null ? true : IsAcknowledged(),
        };
        return result.Outcome == ProxyOutcome.TunnelOpen && _options.ServerName is { } name
            ? await ThroughAsync(result, behind.Length == 0 ? stream : new LeadingStream(behind.ToArray(), stream), name, stop).ConfigureAwait(false)
            : result;
    }

    private ProxyConnectResult Complete(ProxyConnectResult result, HttpReplyReader reader, bool closed, Failure? failed)
    {
        var reply = reader.Reply;
        var ended = closed || failed is { IsTimeout: false };
        var outcome = ProxyReplies.Outcome(reply, reader.State, ended, reader.BytesRead);
        return result with
        {
            Outcome = outcome,
            StatusCode = reply?.Status,
            ReasonPhrase = reply is null ? null : Hide(reply.Reason),
            HttpVersion = reply?.Version,
            Headers = reply is null ? [] : [.. reply.Headers.Select(h => h with { Name = Hide(h.Name), Value = Hide(h.Value) })],
            AuthenticationSchemes = reply is null ? [] : [.. ProxyReplies.Schemes(reply).Select(Hide)],
            FirstBytes = outcome is ProxyOutcome.NotHttp or ProxyOutcome.Incomplete or ProxyOutcome.Closed && _firstLength > 0
                ? Hide(HttpReplyReader.Text(FirstLine())) : null,
            Problem = ProxyReplies.Problem(reader, closed, failed?.Words, _first.AsSpan(0, _firstLength)),
            BytesReceived = reader.BytesRead,
            SocketError = failed?.Errno,
        };
    }

    private async Task<ProxyConnectResult> ThroughAsync(ProxyConnectResult result, Stream stream, string name, CancellationToken stop)
    {
        var options = new TlsHandshakeOptions { ServerName = TargetParser.Parse(name).HostName, CertificateName = name, Timeout = _options.Timeout };
        return result with { TunnelTls = await TlsHandshaker.RunAsync(stream, options, stop).ConfigureAwait(false) };
    }

    private byte[] Request(BasicCredential? credential)
    {
        var authority = _target.Tunnel.Authority;
        var proof = credential is null ? "" : $"Proxy-Authorization: {credential.Value}\r\n";
        return Encoding.ASCII.GetBytes($"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n{proof}User-Agent: PacketPath\r\nProxy-Connection: Keep-Alive\r\n\r\n");
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        var most = Math.Min(bytes.Length, MostFirstBytes - _firstLength);
        bytes[..most].CopyTo(_first.AsSpan(_firstLength));
        _firstLength += most;
    }

    private ReadOnlySpan<byte> FirstLine()
    {
        var first = _first.AsSpan(0, _firstLength).TrimStart("\r\n"u8);
        var end = first.IndexOfAny((byte)'\r', (byte)'\n');
        return end < 0 ? first : first[..end];
    }

    private bool? IsAcknowledged()
    {
        Span<byte> info = stackalloc byte[TcpInfoSize];
        try
        {
            var length = _socket.GetRawSocketOption(SolTcp, TcpInfoOption, info);
            return TcpInfoReader.Read(info[..length]) is { } read ? read is { UnacknowledgedSegments: 0, NotSentBytes: 0 } : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private string Hide(string text) => _credential?.Hide(text) ?? text;

    private static string Safe(string text) => DisplayText.Clean(text);

    private static MissingObservation Withheld(TlsHandshake tls) => new()
    {
        What = "the credential's acceptance",
        Why = $"it was not sent, as the proxy's certificate is not trusted ({TlsConverser.Doubts(tls)})",
        Remedy = "Have the proxy's issuer trusted on this host, or send it all the same with -SkipCertificateCheck.",
    };

    private static double Since(long began) => Stopwatch.GetElapsedTime(began).TotalMilliseconds;

    private async Task<Failure?> WithinAsync(Func<CancellationToken, ValueTask> body, CancellationToken stop)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(_options.Timeout);
        try
        {
            await body(deadline.Token).ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return new Failure("nothing more came in time", null, true);
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            var errno = (failure as SocketException ?? failure.InnerException as SocketException)?.NativeErrorCode;
            return new Failure(errno is null ? failure.Message : Errno.Name(errno.Value), errno is null ? null : Errno.Name(errno.Value), false);
        }
    }

    private sealed record Failure(string Words, string? Errno, bool IsTimeout);
}
