using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using PacketPath.Capture;
using PacketPath.HostState;
using PacketPath.Interop;

namespace PacketPath.Probes;

/// <summary>Asks for QUIC and for TCP side by side; where QUIC meets silence, looks with control datagrams how far UDP gets.</summary>
/// <param name="options">How to probe.</param>
/// <param name="sink">Takes what comes out; called from pool threads.</param>
/// <param name="open">Opens an exchange with a port of a target, with a TTL; null for sockets bound as the options ask.</param>
/// <param name="captures">Opens captures; null for the module's own.</param>
internal sealed class QuicEngine(
    QuicProbeOptions options, Action<ProbeOutput<QuicTarget, QuicPathResult>> sink, Func<QuicTarget, int, int, DatagramExchange>? open = null, IPacketSourceFactory? captures = null)
    : ApplicationEngine<QuicTarget, QuicPathResult>(options, sink)
{
    private const int SmallControl = 32;
    private const int SocketsOfWalks = 1024;

    private readonly SemaphoreSlim _walks = new(SocketsOfWalks / 12);
    private readonly DatagramWatches _watches = new(options.Namespace, captures);

    /// <inheritdoc/>
    protected override void Close()
    {
        _watches.Dispose();
        _walks.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task<QuicPathResult> ProbeAsync(QuicTarget target, CancellationToken stop)
    {
        var started = Stopwatch.GetTimestamp();
        var at = DateTime.UtcNow;
        var tcp = SynAsync(new SynTarget(target.Name, target.Address, target.Port), stop);
        var negotiation = NegotiateAsync(target, tcp, stop);
        var shaking = options.ServerName is { } name ? ShakeAsync(target, name, stop) : null;
        await Task.WhenAll(tcp, negotiation, shaking ?? Task.CompletedTask).ConfigureAwait(false);

        var (probe, shake) = (await negotiation.ConfigureAwait(false), shaking is null ? null : await shaking.ConfigureAwait(false));
        QuicShake? control = null;
        if (shake is { Handshake.Outcome: QuicHandshakeOutcome.Silent } && probe.Dialog.Versions.Length > 0)
        {
            control = await ShakeAsync(target, options.ControlName, stop).ConfigureAwait(false);
        }

        var result = new QuicResultBuilder(options, IsLocal(stop)).Build(target, await tcp.ConfigureAwait(false), probe, shake, control);
        return result with { ObservedAt = at, ElapsedMilliseconds = DatagramFindings.Milliseconds(Stopwatch.GetElapsedTime(started)) };
    }

    private async Task<QuicNegotiation> NegotiateAsync(QuicTarget target, Task<SynPathResult> tcp, CancellationToken stop)
    {
        using var exchange = await OpenAsync(target, target.Port, 0, stop).ConfigureAwait(false);
        var dialog = new NegotiationDialog();
        var running = exchange.RunAsync(dialog, SendTimes.Of(options.Timeout), options.Timeout, stop);
        await exchange.Quiet.ConfigureAwait(false);
        if (running.IsCompleted)
        {
            // Silence that is over before anybody looked beside it is looked beside all the same.
            await running.ConfigureAwait(false);
            if (DatagramFindings.Outcome(exchange) != QuicUdpOutcome.Silent)
            {
                return new QuicNegotiation(dialog, exchange);
            }
        }

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var watch = options.Capture ? _watches.Of(target.Port) : null;
        var (lost, local) = (watch?.Lost ?? 0, exchange.Local?.Port ?? 0);
        var sighting = local == 0 ? null : watch?.Watch(target.Address, target.Port, local);
        var beside = LookBesideAsync(target, tcp, enough.Token);
        try
        {
            await running.ConfigureAwait(false);
            if (DatagramFindings.Outcome(exchange) is QuicUdpOutcome.Silent or QuicUdpOutcome.NotQuic)
            {
                await beside.ConfigureAwait(false);
            }
        }
        finally
        {
            // Whatever ended it: nothing of it runs on.
            await enough.CancelAsync().ConfigureAwait(false);
            await ((Task)beside).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            watch?.Unwatch(target.Address, target.Port, local);
        }

        stop.ThrowIfCancellationRequested();
        return new QuicNegotiation(dialog, exchange)
        {
            Beside = await beside.ConfigureAwait(false),
            Sighting = sighting,
            Uncaptured = watch?.Failure,
            Lost = (watch?.Lost ?? 0) - lost,
        };
    }

    // Ends with what it has once it is told to stop; what fails of it is not observed, and what was asked for stands.
    private async Task<QuicBeside> LookBesideAsync(QuicTarget target, Task<SynPathResult> tcp, CancellationToken stop)
    {
        var left = options.Timeout - SendTimes.Of(options.Timeout).ElementAtOrDefault(1);
        var small = Observed.TryAsync("datagrams to a closed port", () => ControlAsync(target, SmallControl, left, stop));
        var large = Observed.TryAsync("datagrams of 1200 bytes to a closed port", () => ControlAsync(target, Quic.QuicPacket.SmallestInitial, left, stop));
        var walk = Observed.TryAsync("the hops on the way", () => WalkAsync(target, tcp, left, stop));
        var (few, many, hops) = (await small.ConfigureAwait(false), await large.ConfigureAwait(false), await walk.ConfigureAwait(false));
        return new QuicBeside(
            [.. new[] { few.Value, many.Value }.OfType<UdpControl>()],
            hops.Value ?? [],
            [.. new[] { few.Missing, many.Missing, hops.Missing }.OfType<MissingObservation>()]);
    }

    private async Task<UdpControl> ControlAsync(QuicTarget target, int size, TimeSpan time, CancellationToken stop)
    {
        using var exchange = await OpenAsync(target, options.ControlPort, 0, stop).ConfigureAwait(false);
        await exchange.RunAsync(new ControlDialog(new byte[size]), SendTimes.Of(time), time, stop).ConfigureAwait(false);
        var outcome = DatagramFindings.Outcome(exchange);
        return new UdpControl
        {
            Port = options.ControlPort,
            Size = size,
            Outcome = outcome,
            From = outcome == QuicUdpOutcome.Answered ? target.Address.ToString() : exchange.Reports.LastOrDefault().Record?.Offender?.ToString(),
            RttMilliseconds = exchange.RoundTrip is { } time1 ? DatagramFindings.Milliseconds(time1) : null,
        };
    }

    // Where TCP does not get there either, its own verdict says where the path ends.
    private async Task<QuicHop[]> WalkAsync(QuicTarget target, Task<SynPathResult> tcp, TimeSpan time, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        var path = await tcp.WaitAsync(stop).ConfigureAwait(false);
        if (path.Outcome is not (SynOutcome.Open or SynOutcome.Refused))
        {
            return [];
        }

        await _walks.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            var ask = UdpWalk.Over((port, ttl) => OpenAsync(target, port, ttl, stop), target.Address);
            var walk = new UdpWalk(ask, target.Address, target.Port, options.ControlPort);
            return await walk.RunAsync(options.MaxHops, TimeSpan.FromMilliseconds(path.RttMilliseconds ?? 0), time - clock.Elapsed, stop).ConfigureAwait(false);
        }
        finally
        {
            _walks.Release();
        }
    }

    private async Task<QuicShake> ShakeAsync(QuicTarget target, string? name, CancellationToken stop)
    {
        using var exchange = await OpenAsync(target, target.Port, 0, stop).ConfigureAwait(false);
        var dialog = new HandshakeDialog(name, options.ApplicationProtocols);
        await exchange.RunAsync(dialog, SendTimes.Of(options.Timeout), options.Timeout, stop).ConfigureAwait(false);
        return new QuicShake(QuicResultBuilder.Handshake(name, options.ApplicationProtocols, dialog, exchange), exchange);
    }

    private async Task<DatagramExchange> OpenAsync(QuicTarget target, int port, int ttl, CancellationToken stop)
    {
        if (open is not null)
        {
            return open(target, port, ttl);
        }

        var socket = await OpenSocketAsync(target.Address.AddressFamily, SocketType.Dgram, stop).ConfigureAwait(false);
        return new DatagramExchange(socket, new IPEndPoint(target.Address, port), ttl);
    }

    // Read only where somebody reported something: then it matters whether that was this host itself.
    private Func<IPAddress, bool> IsLocal(CancellationToken stop)
    {
        HashSet<IPAddress>? own = null;
        return address => IPAddress.IsLoopback(address) || (own ??= Own(stop)).Contains(new IPAddress(address.GetAddressBytes()));
    }

    private HashSet<IPAddress> Own(CancellationToken stop)
    {
        try
        {
            using var interfaces = InterfaceTable.Open(options.Namespace);
            return [.. interfaces.Addresses(0, stop).Select(a => IPAddress.Parse(a.Local))];
        }
        catch (LinuxException)
        {
            return [];
        }
    }
}

/// <summary>What was looked at beside Version Negotiation that met silence.</summary>
/// <param name="Controls">What came of the control datagrams.</param>
/// <param name="Hops">What came of the walk.</param>
/// <param name="Missing">What of them could not be made.</param>
internal sealed record QuicBeside(UdpControl[] Controls, QuicHop[] Hops, MissingObservation[] Missing);

/// <summary>What came of Version Negotiation, and of the controls beside it.</summary>
internal sealed record QuicNegotiation(NegotiationDialog Dialog, DatagramExchange Exchange)
{
    /// <summary>What came of the controls and the walk.</summary>
    public QuicBeside Beside { get; init; } = new([], [], []);

    /// <summary>What a capture saw; null where none was made.</summary>
    public DatagramSighting? Sighting { get; init; }

    /// <summary>Why there was no capture; null where it stood.</summary>
    public CaptureException? Uncaptured { get; init; }

    /// <summary>How many packets it lost meanwhile.</summary>
    public long Lost { get; init; }
}

/// <summary>What came of a handshake.</summary>
internal sealed record QuicShake(QuicHandshake Handshake, DatagramExchange Exchange);
