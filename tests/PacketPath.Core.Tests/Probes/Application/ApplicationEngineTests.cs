using System.Net;
using System.Net.Sockets;
using PacketPath.HostState;
using PacketPath.Probes;

namespace PacketPath.Core.Tests.Probes;

public class ApplicationEngineTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void Each_target_gets_its_transport_verdict_and_a_socket_of_its_own()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using var probe = Greeting(async (engine, target, stop) =>
        {
            var syn = await engine.Syn(target, stop);
            using var socket = await engine.Open(SocketType.Stream, stop);
            await socket.ConnectAsync(target.Address, target.Port, stop);
            return $"{syn.Outcome} {((IPEndPoint)socket.RemoteEndPoint!).Port == port}";
        });
        for (var i = 0; i < 20; i++)
        {
            probe.Add(new SynTarget("localhost", IPAddress.Loopback, port));
        }

        probe.CompleteAdding();
        Assert.Equal(Enumerable.Repeat("Open True", 20), Results(probe));
    }

    [Fact]
    public void No_more_targets_are_under_way_than_the_throttle_allows()
    {
        var (now, most) = (0, 0);
        using var probe = Greeting(
            async (_, _, _) =>
            {
                var running = Interlocked.Increment(ref now);
                InterlockedMax(ref most, running);
                await Task.Yield();
                Interlocked.Decrement(ref now);
                return "done";
            },
            throttle: 3);
        for (var i = 0; i < 200; i++)
        {
            probe.Add(new SynTarget("x", IPAddress.Loopback, 1));
        }

        probe.CompleteAdding();
        Assert.Equal(200, Results(probe).Count);
        Assert.InRange(most, 1, 3);
    }

    [Fact]
    public void A_failure_is_that_target_s_own_and_keeps_its_cause()
    {
        using var probe = Greeting((_, target, _) => target.Port == 2
            ? throw new InvalidDataException("odd")
            : Task.FromResult($"fine {target.Port}"));
        foreach (var port in new[] { 1, 2, 3 })
        {
            probe.Add(new SynTarget("x", IPAddress.Loopback, port));
        }

        probe.CompleteAdding();
        var outputs = Outputs(probe);
        Assert.Equal(["fine 1", "fine 3"], outputs.Select(o => o.Result).OfType<string>().Order());
        var problem = Assert.Single(outputs, o => o.Problem is not null).Problem!;
        Assert.Equal((SynProbeProblem.EngineFailed, "odd"), (problem.Problem, problem.Message));
        Assert.IsType<InvalidDataException>(problem.InnerException);
    }

    [Fact]
    public void An_interface_that_is_not_there_is_named()
    {
        using var probe = Greeting(
            async (engine, _, stop) =>
            {
                using var socket = await engine.Open(SocketType.Dgram, stop);
                return "opened";
            },
            alias: "nosuch0");
        probe.Add(new SynTarget("x", IPAddress.Loopback, 1));
        probe.CompleteAdding();
        var output = Assert.Single(Outputs(probe));
        Assert.Equal(SynProbeProblem.InterfaceNotFound, output.Problem?.Problem);
        Assert.Contains("nosuch0", output.Problem!.Message);
    }

    [Fact]
    public async Task Stopping_ends_what_is_under_way()
    {
        var started = new TaskCompletionSource();
        var ended = new TaskCompletionSource();
        var probe = Greeting(async (_, _, stop) =>
        {
            started.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, stop);
                return "";
            }
            finally
            {
                ended.SetResult();
            }
        });
        probe.Add(new SynTarget("x", IPAddress.Loopback, 1));
        await started.Task.WaitAsync(Patience);
        await Task.Run(probe.Dispose).WaitAsync(Patience);
        Assert.True(ended.Task.IsCompleted);
    }

    private static GreetingProbe Greeting(Func<GreetingEngine, SynTarget, CancellationToken, Task<string>> body, int throttle = 64, string? alias = null) =>
        new(new GreetingOptions { Namespace = NetworkNamespace.Open(null), ThrottleLimit = throttle, InterfaceAlias = alias, Capture = false }, body);

    private static List<string> Results(GreetingProbe probe) => [.. Outputs(probe).Select(o => o.Result ?? o.Problem!.ToString())];

    private static List<ProbeOutput<SynTarget, string>> Outputs(GreetingProbe probe)
    {
        var outputs = new List<ProbeOutput<SynTarget, string>>();
        while (probe.Outstanding > 0)
        {
            Assert.True(probe.TryTake(Patience, default, out var output));
            outputs.Add(output);
        }

        return outputs;
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = most; seen < value; seen = most)
        {
            Interlocked.CompareExchange(ref most, value, seen);
        }
    }

    private sealed record GreetingOptions : ApplicationProbeOptions;

    private sealed class GreetingProbe(GreetingOptions options, Func<GreetingEngine, SynTarget, CancellationToken, Task<string>> body)
        : Probe<SynTarget, string>(sink => new GreetingEngine(options, sink, body));

    private sealed class GreetingEngine(
        GreetingOptions options, Action<ProbeOutput<SynTarget, string>> sink, Func<GreetingEngine, SynTarget, CancellationToken, Task<string>> body)
        : ApplicationEngine<SynTarget, string>(options, sink)
    {
        public Task<SynPathResult> Syn(SynTarget target, CancellationToken stop) => SynAsync(target, stop);

        public Task<Socket> Open(SocketType type, CancellationToken stop) => OpenSocketAsync(System.Net.Sockets.AddressFamily.InterNetwork, type, stop);

        protected override Task<string> ProbeAsync(SynTarget target, CancellationToken stop) => body(this, target, stop);
    }
}
