using System.Net;

namespace PacketPath.Probes;

/// <summary>One question on the way: who reports datagrams to a port that are sent with a TTL.</summary>
/// <param name="AskedTwice">Done when its second datagram left, or it ended before; never fails.</param>
/// <param name="Answer">Who reported one; null for nobody.</param>
internal sealed record HopQuestion(Task AskedTwice, Task<IPAddress?> Answer);

/// <summary>Asks one question: to a port, with a TTL, at these times, for so long.</summary>
internal delegate HopQuestion HopAsker(int port, int ttl, TimeSpan[] times, TimeSpan wait, CancellationToken stop);

/// <summary>Walks the hops with pairs of datagrams, alike but for the port: one to the port asked about, one to a closed one. Where only the second goes on, the port is blocked there.</summary>
internal sealed class UdpWalk(HopAsker ask, IPAddress target, int port, int controlPort)
{
    private const int HopsAtOnce = 6;
    private const int Pairs = 3;
    private static readonly TimeSpan LeastWait = TimeSpan.FromMilliseconds(120);
    private static readonly TimeSpan BetweenPairs = TimeSpan.FromMilliseconds(120);
    private static readonly TimeSpan[] Once = [TimeSpan.Zero];

    // All but the first two leave around the control or behind it.
    private static readonly TimeSpan[] Often = [.. new[] { 0, 10, 25, 50 }.Select(ms => TimeSpan.FromMilliseconds(ms))];

    /// <summary>Asks over sockets of the walk's own.</summary>
    /// <param name="open">Opens an exchange with a port of the target, with a TTL.</param>
    /// <param name="target">The target, which answers in its own name.</param>
    /// <param name="datagram">What to send; null for the packet that asks for QUIC versions.</param>
    public static HopAsker Over(Func<int, int, Task<DatagramExchange>> open, IPAddress target, byte[]? datagram = null) => (port, ttl, times, wait, stop) =>
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return new HopQuestion(asked.Task, AnswerAsync());

        async Task<IPAddress?> AnswerAsync()
        {
            try
            {
                using var exchange = await open(port, ttl).ConfigureAwait(false);
                var running = exchange.RunAsync(new ControlDialog(datagram ?? new NegotiationDialog().Next()), times, wait, stop);
                await exchange.Quiet.ConfigureAwait(false);
                asked.TrySetResult();
                await running.ConfigureAwait(false);
                return exchange.IsAnswered ? target : exchange.Reports.Select(r => r.Record.Offender).FirstOrDefault(o => o is not null);
            }
            finally
            {
                asked.TrySetResult();
            }
        }
    };

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

    // A router that counts what it reports may have spent its share on others. It is asked in pairs then, the silent port first: one
    // report that becomes free between the two can pass for a block once, and hardly in every pair.
    private async Task<QuicHop[]> ConfirmAsync(QuicHop[] hops, TimeSpan wait, CancellationToken stop)
    {
        var lastGood = Array.FindLastIndex(hops, h => h.Address is not null);
        var suspect = Array.FindIndex(hops, lastGood + 1, h => h.ControlAddress is not null);
        if (suspect < 0 || hops[suspect].IsTarget)
        {
            return hops;
        }

        var hop = hops[suspect];
        var pairs = await Task.WhenAll(Enumerable.Range(0, Pairs).Select(i => PairAsync(hop.Ttl, i * BetweenPairs, wait, stop))).ConfigureAwait(false);
        var address = pairs.Select(p => p.Quic).FirstOrDefault(a => a is not null);
        hops[suspect] = hop with { Address = address?.ToString(), IsConfirmed = address is null && Array.TrueForAll(pairs, p => p.Control is not null) };
        return hops;
    }

    private async Task<(IPAddress? Quic, IPAddress? Control)> PairAsync(int ttl, TimeSpan after, TimeSpan wait, CancellationToken stop)
    {
        await Task.Delay(after, stop).ConfigureAwait(false);
        var quic = ask(port, ttl, Often, wait, stop);
        await quic.AskedTwice.ConfigureAwait(false);
        var control = ask(controlPort, ttl, Once, wait, stop);
        var answers = await Task.WhenAll(quic.Answer, control.Answer).ConfigureAwait(false);
        return (answers[0], answers[1]);
    }

    private async Task<QuicHop> HopAsync(int ttl, TimeSpan wait, CancellationToken stop)
    {
        // Three times, for a claim rests on its silence; the control twice.
        var quic = ask(port, ttl, [TimeSpan.Zero, wait / 4, wait / 2], wait, stop);
        var control = ask(controlPort, ttl, [TimeSpan.Zero, wait / 3], wait, stop);
        var answers = await Task.WhenAll(quic.Answer, control.Answer).ConfigureAwait(false);
        return new QuicHop
        {
            Ttl = ttl,
            Address = answers[0]?.ToString(),
            ControlAddress = answers[1]?.ToString(),
            IsTarget = target.Equals(answers[1]),
        };
    }
}
