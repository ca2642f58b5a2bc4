using System.Diagnostics;
using System.Net;
using PacketPath.Probes;

namespace PacketPath.Core.Tests.Probes;

/// <summary>When a walk may say that a hop reports datagrams to every port but one.</summary>
public class UdpWalkTests
{
    private const int Port = 443;
    private const int ControlPort = 33434;
    private static readonly IPAddress Target = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress Router = IPAddress.Parse("198.51.100.1");

    [Fact]
    public async Task A_port_that_is_silent_in_every_pair_is_confirmed()
    {
        var hops = await Walk((port, ttl) => ttl > 1 ? null : port == ControlPort);
        Assert.Equal((Router.ToString(), true), (Assert.Single(hops).ControlAddress, hops[0].IsConfirmed));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_router_that_had_few_reports_left_is_not_confirmed(int leftForControls)
    {
        // One for the control of the walk itself; what becomes free later does so just between the two of a pair.
        var left = 1 + leftForControls;
        var hops = await Walk((port, ttl) => ttl > 1 ? null : port == ControlPort && Interlocked.Decrement(ref left) >= 0);
        Assert.Equal((null, Router.ToString(), false), (hops[0].Address, hops[0].ControlAddress, hops[0].IsConfirmed));
    }

    [Fact]
    public async Task A_port_that_is_reported_later_is_not_blocked()
    {
        var asked = 0;
        var hops = await Walk((port, ttl) => ttl > 1 ? null : port == ControlPort || Interlocked.Increment(ref asked) > 2);
        Assert.Equal((Router.ToString(), false), (hops[0].Address, hops[0].IsConfirmed));
    }

    [Fact]
    public async Task Many_silent_targets_behind_one_router_prove_nothing()
    {
        // Six reports at once, then one a second, as Linux sends them to one host.
        var spent = 0;
        var clock = Stopwatch.StartNew();
        bool? Report(int port, int ttl) => ttl > 1 ? null : Interlocked.Increment(ref spent) <= 6 + (int)clock.Elapsed.TotalSeconds;
        var walks = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Walk(Report)));
        Assert.DoesNotContain(walks.SelectMany(h => h), h => h.IsConfirmed);
    }

    [Fact]
    public async Task A_pair_asks_the_silent_port_first()
    {
        var order = new List<int>();
        await Walk((port, ttl) =>
        {
            lock (order)
            {
                order.Add(ttl == 1 ? port : 0);
            }

            return ttl > 1 ? null : port == ControlPort;
        });
        Assert.Equal([Port, ControlPort, Port, ControlPort, Port, ControlPort], order.Where(p => p != 0).Skip(2));
    }

    [Fact]
    public async Task What_fails_fails_only_when_nothing_of_it_runs_on()
    {
        var running = 0;
        var walk = new UdpWalk(
            (port, ttl, _, _, _) => new HopQuestion(Task.CompletedTask, port == Port ? Task.FromException<IPAddress?>(new InvalidOperationException("odd")) : Slow()),
            Target,
            Port,
            ControlPort);
        await Assert.ThrowsAsync<InvalidOperationException>(() => walk.RunAsync(6, TimeSpan.Zero, TimeSpan.FromSeconds(1), CancellationToken.None));
        Assert.Equal(0, Volatile.Read(ref running));

        async Task<IPAddress?> Slow()
        {
            Interlocked.Increment(ref running);
            await Task.Delay(20);
            Interlocked.Decrement(ref running);
            return null;
        }
    }

    private static Task<QuicHop[]> Walk(Func<int, int, bool?> report)
    {
        var walk = new UdpWalk(
            (port, ttl, _, _, _) => new HopQuestion(Task.CompletedTask, Task.FromResult(report(port, ttl) == true ? Router : null)), Target, Port, ControlPort);
        return walk.RunAsync(6, TimeSpan.Zero, TimeSpan.FromSeconds(1), CancellationToken.None);
    }
}
