using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using PacketPath.Capture;
using PacketPath.Interop;

namespace PacketPath.Probes;

/// <summary>Makes the handshakes of each target: TCP first, then every name side by side, then what shows whether a failure is about the name.</summary>
internal sealed class TlsEngine : ApplicationEngine<TlsTarget, TlsServerNameResult>
{
    /// <summary>How many captures stand at once.</summary>
    internal const int MostCaptures = 32;

    private const int NamesAtOnce = 8;
    private const int TcpLevel = 6;
    private const int TcpInfoOption = 11;
    private const int UsualSegment = 1448;
    private const int MostClientHello = 12000;

    private static readonly MissingObservation NoRoots = new()
    {
        What = MissingObservation.TrustedRoots,
        Why = "this host has no trusted root certificates, so every chain looks untrusted",
        Remedy = "Install the package ca-certificates, or name a file of roots with -TrustedCertificate.",
    };

    private static readonly MissingObservation TooMany = TlsWatch.Missing(
        $"{MostCaptures} captures of other targets stood at the time, which is as many as may", "Probe fewer targets at once (-ThrottleLimit), or this one alone.");

    private readonly TlsProbeOptions _options;
    private readonly IPacketSourceFactory? _factory;
    private readonly SemaphoreSlim _captures = new(MostCaptures);

    /// <summary>Creates an engine.</summary>
    /// <param name="options">How to probe.</param>
    /// <param name="sink">Takes what comes out; called from pool threads.</param>
    /// <param name="factory">Opens the captures; null for the module's own.</param>
    public TlsEngine(TlsProbeOptions options, Action<ProbeOutput<TlsTarget, TlsServerNameResult>> sink, IPacketSourceFactory? factory = null)
        : base(options, sink) => (_options, _factory) = (options, factory);

    /// <inheritdoc/>
    protected override void Ended() => _captures.Dispose();

    /// <inheritdoc/>
    protected override async Task<TlsServerNameResult> ProbeAsync(TlsTarget target, CancellationToken stop)
    {
        var began = Stopwatch.GetTimestamp();
        var tcp = await SynAsync(new SynTarget(target.Name, target.Address, target.Port), stop).ConfigureAwait(false);
        var result = new TlsServerNameResult
        {
            ComputerName = tcp.ComputerName,
            NetNamespace = tcp.NetNamespace,
            ObservedAt = DateTime.UtcNow,
            TargetName = target.Name,
            RemoteAddress = tcp.RemoteAddress,
            RemotePort = target.Port,
            Protocol = TransportProtocol.Tcp,
            TcpPath = tcp,
            ControlName = _options.ControlName,
            RequestedAlpn = [.. _options.Alpn],
            LargeClientHello = _options.LargeClientHello,
            TrustSource = DisplayText.Clean(_options.Trust.Source),
            TrustedCertificate = [.. _options.Trust.Files.Select(DisplayText.Clean)],
            RequestedSourceAddress = tcp.RequestedSourceAddress,
            RequestedInterfaceAlias = tcp.RequestedInterfaceAlias,
            RequestedNetNamespace = tcp.RequestedNetNamespace,
            Mark = _options.Mark,
            TimeoutSeconds = _options.Timeout.TotalSeconds,
        };
        if (tcp.Outcome != SynOutcome.Open)
        {
            return result with
            {
                NotObserved = [new MissingObservation
                {
                    What = "TLS handshakes",
                    Why = $"the TCP connection beneath ended as {tcp.Outcome}, so none was attempted",
                    Remedy = "Resolve what stops TCP first: pipe this result into Resolve-PacketFailure.",
                }],
                ElapsedMilliseconds = Math.Round(Stopwatch.GetElapsedTime(began).TotalMilliseconds, 3),
            };
        }

        result = await WatchedAsync(result, target, tcp, stop).ConfigureAwait(false);
        if (!_options.Trust.HasRoots && Array.Exists(result.Handshakes, static h => h.Certificate is not null))
        {
            result = result with { NotObserved = [.. result.NotObserved, NoRoots] };
        }

        return result with { ElapsedMilliseconds = Math.Round(Stopwatch.GetElapsedTime(began).TotalMilliseconds, 3) };
    }

    // A capture for each address whose port is open, as long as not too many of them stand: each is a packet socket that every packet of this host passes.
    private async Task<TlsServerNameResult> WatchedAsync(TlsServerNameResult result, TlsTarget target, SynPathResult tcp, CancellationToken stop)
    {
        if (!_options.Capture || !_captures.Wait(0, CancellationToken.None))
        {
            return result with
            {
                Handshakes = await HandshakesAsync(target, tcp, stop).ConfigureAwait(false),
                CaptureStatus = _options.Capture ? CaptureStatus.Unavailable : CaptureStatus.NotRequested,
                NotObserved = _options.Capture ? [TooMany] : [],
            };
        }

        try
        {
            using var watch = new TlsWatch(_options.Namespace, target, _factory);
            await watch.OpenedAsync(stop).ConfigureAwait(false);
            var handshakes = await HandshakesAsync(target, tcp, stop).ConfigureAwait(false);
            var (watched, status, missing) = await watch.CompleteAsync(handshakes, tcp, stop).ConfigureAwait(false);
            return result with { Handshakes = watched, CaptureStatus = status, NotObserved = missing };
        }
        finally
        {
            _captures.Release();
        }
    }

    private async Task<TlsHandshake[]> HandshakesAsync(TlsTarget target, SynPathResult tcp, CancellationToken stop)
    {
        using var places = new SemaphoreSlim(NamesAtOnce);
        async Task<TlsHandshake> AskAsync(TlsQuestion question)
        {
            await places.WaitAsync(stop).ConfigureAwait(false);
            try
            {
                return await MeetAsync(target, tcp, question, stop).ConfigureAwait(false);
            }
            finally
            {
                places.Release();
            }
        }

        var first = await Task.WhenAll(TlsPlan.First(target, _options).Select(AskAsync)).ConfigureAwait(false);
        var second = await Task.WhenAll(TlsPlan.Second(first).Select(AskAsync)).ConfigureAwait(false);
        return [.. first.Where(static h => !h.IsControl), .. first.Where(static h => h.IsControl), .. second];
    }

    private async Task<TlsHandshake> MeetAsync(TlsTarget target, SynPathResult tcp, TlsQuestion question, CancellationToken stop)
    {
        var (startedAt, began) = (DateTime.UtcNow, Stopwatch.GetTimestamp());
        var handshake = new TlsHandshake
        {
            ServerName = question.ServerName, CertificateName = question.CertificateName, IsLarge = question.IsLarge,
            Outcome = TlsOutcome.NotConnected, StartedAt = startedAt,
        };
        using var socket = await OpenSocketAsync(target.Address.AddressFamily, SocketType.Stream, stop).ConfigureAwait(false);
        socket.NoDelay = true;
        if (await ConnectAsync(socket, target, stop).ConfigureAwait(false) is { } failure)
        {
            return Marked(handshake with { SocketError = failure.ToString() }, question);
        }

        var connected = Math.Round(Stopwatch.GetElapsedTime(began).TotalMilliseconds, 3);
        var port = (socket.LocalEndPoint as IPEndPoint)?.Port ?? 0;
        var info = Info(socket);
        if (EndedBefore(socket) is { } early)
        {
            handshake = handshake with { Outcome = early == SocketError.Success ? TlsOutcome.Closed : TlsOutcome.Reset, SocketError = early == SocketError.Success ? null : early.ToString() };
        }
        else
        {
            using var stream = new NetworkStream(socket, ownsSocket: false);
            handshake = await TlsHandshaker.RunAsync(
                stream,
                new TlsHandshakeOptions
                {
                    ServerName = question.ServerName,
                    CertificateName = question.CertificateName,
                    Alpn = _options.Alpn,
                    LeastClientHello = question.IsLarge ? LargeSize(info) : 0,
                    Timeout = _options.Timeout,
                    Trust = _options.Trust,
                },
                stop).ConfigureAwait(false);
        }

        var last = Info(socket);
        return Marked(
            handshake with
            {
                StartedAt = startedAt,
                LocalPort = port,
                ConnectMilliseconds = connected,
                TcpInfo = last is null ? null : SynResultBuilder.Info(last),
                IsAcknowledged = handshake.Outcome is TlsOutcome.TimedOut && last is not null ? last.Unacked == 0 : handshake.BytesReceived > 0 ? true : null,
            },
            question);
    }

    private static TlsHandshake Marked(TlsHandshake handshake, TlsQuestion question) =>
        handshake with { IsControl = question.IsControl, IsRepetition = question.IsRepetition };

    private async Task<SocketError?> ConnectAsync(Socket socket, TlsTarget target, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(_options.Timeout);
        try
        {
            await socket.ConnectAsync(new IPEndPoint(target.Address, target.Port), limit.Token).ConfigureAwait(false);
            return null;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return SocketError.TimedOut;
        }
    }

    // What ends the connection before the ClientHello is sent cannot have been brought about by it.
    private static SocketError? EndedBefore(Socket socket)
    {
        try
        {
            return socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0 && socket.Receive(new byte[1], SocketFlags.Peek) == 0 ? SocketError.Success : null;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
    }

    private static int LargeSize(TcpInfo? info) =>
        Math.Min(MostClientHello, (2 * (info is { SendMss: > 0 } known ? (int)Math.Min(known.SendMss, MostClientHello) : UsualSegment)) + 1);

    private static TcpInfo? Info(Socket socket)
    {
        Span<byte> bytes = stackalloc byte[TcpInfo.ReadSize];
        try
        {
            var length = socket.GetRawSocketOption(TcpLevel, TcpInfoOption, bytes);
            return TcpInfo.Read(bytes[..Math.Min(length, bytes.Length)]);
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
