using System.Net;
using PacketPath.HostState;
using PacketPath.Tracing;

namespace PacketPath.Core.Tests.Tracing;

/// <summary>The rehearsal of what follows an attempt: nobody would hear of it if it failed.</summary>
public class TraceRehearsalTests
{
    private static readonly FirewallSnapshot NoRules = new([], [], 0);

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void It_comes_to_its_end(string address)
    {
        using var here = NetworkNamespace.Open(null);
        using var rehearsal = new TraceRehearsal(new TraceOptions { Namespace = here }, CancellationToken.None);

        rehearsal.Run(new TraceTarget(address, IPAddress.Parse(address), 443), NoRules);
    }

    [Fact]
    public void That_of_names_comes_to_its_end() => TraceRehearsal.RunName(new TraceTarget("www.example", null, 443));

    [Fact]
    public void It_ends_when_the_call_does()
    {
        using var here = NetworkNamespace.Open(null);
        using var stop = new CancellationTokenSource();
        using var rehearsal = new TraceRehearsal(new TraceOptions { Namespace = here }, stop.Token);

        stop.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => rehearsal.Run(new TraceTarget("127.0.0.1", IPAddress.Loopback, 443), NoRules));
    }
}
