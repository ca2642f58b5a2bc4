using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using PacketPath.Capture;
using PacketPath.HostState;
using PacketPath.Interop;

namespace PacketPath.Probes;

/// <summary>Asks for QUIC and for TCP side by side; where QUIC meets silence, looks with control datagrams how far UDP gets.</summary>
internal sealed class QuicEngine(QuicProbeOptions options, Action<ProbeOutput<QuicTarget, QuicPathResult>> sink)
    : ApplicationEngine<QuicTarget, QuicPathResult>(options, sink)
{
    private const int SmallControl = 32;
    private const int SocketsOfWalks = 1024;

    private readonly SemaphoreSlim _walks = new(SocketsOfWalks / 12);
    private readonly ConcurrentDictionary<int, Lazy<DatagramWatch>> _watches = new();

    /// <inheritdoc/>
    protected override void Close()
    {
        foreach (var watch in _watches.Values)
        {
            watch.Value.Dispose();
        }

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
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var dialog = new NegotiationDialog();
        var running = exchange.RunAsync(dialog, SendTimes.Of(options.Timeout), options.Timeout, stop);
        await exchange.Quiet.ConfigureAwait(false);
        if (running.IsCompleted)
        {
            await running.ConfigureAwait(false);
            return new QuicNegotiation(dialog, exchange, [], [], null, null);
        }

        var watch = options.Capture ? _watches.GetOrAdd(target.Port, port => new(() => new DatagramWatch(options.Namespace, port))).Value : null;
        var sighting = exchange.Local is { } local ? watch?.Watch(target.Address, local.Port) : null;
        var left = options.Timeout - SendTimes.Of(options.Timeout).ElementAtOrDefault(1);
        var small = ControlAsync(target, SmallControl, left, enough.Token);
        var large = ControlAsync(target, Quic.QuicPacket.SmallestInitial, left, enough.Token);
        var walk = WalkAsync(target, tcp, left, enough.Token);
        await running.ConfigureAwait(false);
        if (DatagramFindings.Outcome(exchange) is not (QuicUdpOutcome.Silent or QuicUdpOutcome.NotQuic))
        {
            await enough.CancelAsync().ConfigureAwait(false);
        }

        UdpControl?[] controls = [await Quietly(small).ConfigureAwait(false), await Quietly(large).ConfigureAwait(false)];
        var hops = await Quietly(walk).ConfigureAwait(false);
        stop.ThrowIfCancellationRequested();
        return new QuicNegotiation(dialog, exchange, [.. controls.OfType<UdpControl>()], hops ?? [], sighting, watch?.Failure);
    }

    private async Task<UdpControl?> ControlAsync(QuicTarget target, int size, TimeSpan time, CancellationToken stop)
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
    private async Task<QuicHop[]?> WalkAsync(QuicTarget target, Task<SynPathResult> tcp, TimeSpan time, CancellationToken stop)
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
            var walk = new UdpWalk((port, ttl) => OpenAsync(target, port, ttl, stop), target.Address, target.Port, options.ControlPort);
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

    private static async Task<T?> Quietly<T>(Task<T?> task)
        where T : class
    {
        try
        {
            return await task.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}

/// <summary>What came of Version Negotiation, and of the controls beside it.</summary>
internal sealed record QuicNegotiation(
    NegotiationDialog Dialog, DatagramExchange Exchange, UdpControl[] Controls, QuicHop[] Hops, DatagramSighting? Sighting, CaptureException? Uncaptured);

/// <summary>What came of a handshake.</summary>
internal sealed record QuicShake(QuicHandshake Handshake, DatagramExchange Exchange);
