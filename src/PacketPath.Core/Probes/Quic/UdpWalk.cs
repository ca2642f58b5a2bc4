using System.Net;

namespace PacketPath.Probes;

/// <summary>Walks the hops with pairs of datagrams, alike but for the port: one to the QUIC port, one to a closed one. Where only the second goes on, the port is blocked there.</summary>
internal sealed class UdpWalk(Func<int, int, Task<DatagramExchange>> open, IPAddress target, int port, int controlPort)
{
    private const int HopsAtOnce = 6;
    private static readonly TimeSpan LeastWait = TimeSpan.FromMilliseconds(120);

    /// <summary>Walks until the target answers the control, nobody answers, or time is up.</summary>
    /// <param name="maxHops">The highest TTL.</param>
    /// <param name="roundTrip">How long the target takes to answer.</param>
    /// <param name="time">How long it may take.</param>
    /// <param name="stop">Ends it at once.</param>
    public async Task<QuicHop[]> RunAsync(int maxHops, TimeSpan roundTrip, TimeSpan time, CancellationToken stop)
    {
        var hops = new List<QuicHop>();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var wait = LeastWait + (2 * roundTrip);
        while (hops.Count < maxHops && (hops.Count == 0 || clock.Elapsed + wait < time))
        {
            var steps = Enumerable.Range(hops.Count + 1, Math.Min(HopsAtOnce, maxHops - hops.Count));
            var batch = await Task.WhenAll(steps.Select(ttl => HopAsync(ttl, wait, stop))).ConfigureAwait(false);
            hops.AddRange(batch);
            if (Array.Exists(batch, h => h.IsTarget) || Array.TrueForAll(batch, h => h.Address is null && h.ControlAddress is null))
            {
                break;
            }
        }

        var reached = hops.FindIndex(h => h.IsTarget);
        var last = reached >= 0 ? reached : hops.FindLastIndex(h => h.Address is not null || h.ControlAddress is not null);
        return await ConfirmAsync([.. hops.Take(last + 1)], wait, stop).ConfigureAwait(false);
    }

    // A router that counts what it reports may have spent its share on the other datagram: the one that stayed silent goes first now.
    private async Task<QuicHop[]> ConfirmAsync(QuicHop[] hops, TimeSpan wait, CancellationToken stop)
    {
        var lastGood = Array.FindLastIndex(hops, h => h.Address is not null);
        var suspect = Array.FindIndex(hops, lastGood + 1, h => h.ControlAddress is not null);
        if (suspect < 0 || hops[suspect].IsTarget)
        {
            return hops;
        }

        var hop = hops[suspect];
        var address = await AskAsync(port, hop.Ttl, [TimeSpan.Zero, wait / 3], wait, stop).ConfigureAwait(false);
        var control = address is null ? await AskAsync(controlPort, hop.Ttl, [TimeSpan.Zero], wait, stop).ConfigureAwait(false) : null;
        hops[suspect] = hop with { Address = address?.ToString(), IsConfirmed = control is not null };
        return hops;
    }

    private async Task<QuicHop> HopAsync(int ttl, TimeSpan wait, CancellationToken stop)
    {
        // Three times, for a claim rests on its silence; the control twice.
        var quic = AskAsync(port, ttl, [TimeSpan.Zero, wait / 4, wait / 2], wait, stop);
        var control = AskAsync(controlPort, ttl, [TimeSpan.Zero, wait / 3], wait, stop);
        var (address, controlAddress) = (await quic.ConfigureAwait(false), await control.ConfigureAwait(false));
        return new QuicHop
        {
            Ttl = ttl,
            Address = address?.ToString(),
            ControlAddress = controlAddress?.ToString(),
            IsTarget = target.Equals(controlAddress),
        };
    }

    private async Task<IPAddress?> AskAsync(int toPort, int ttl, TimeSpan[] times, TimeSpan wait, CancellationToken stop)
    {
        using var exchange = await open(toPort, ttl).ConfigureAwait(false);
        await exchange.RunAsync(new ControlDialog(new NegotiationDialog().Next()), times, wait, stop).ConfigureAwait(false);
        return exchange.IsAnswered ? target : exchange.Reports.Select(r => r.Record.Offender).FirstOrDefault(o => o is not null);
    }
}
