using System.Net;
using PacketPath.HostState;

namespace PacketPath.Core.Tests.HostState;

public class ManyRoutesTests
{
    // More than are ever under way at once.
    private const int Many = 5_000;

    private static readonly string[] Destinations = [.. Enumerable.Range(0, Many).Select(i => $"127.{i % 7}.{i / 256}.{i % 256}")];

    [Fact]
    public void Results_come_in_the_order_of_the_questions()
    {
        using var network = NetworkNamespace.Open(null);
        using var table = RouteTable.Open(network);

        var routes = table.Resolve(Queries()).ToArray();

        Assert.Equal(Destinations, routes.Select(r => r.RemoteAddress));
        Assert.All(routes, r => Assert.NotEqual(default, r.ObservedAt));
    }

    [Fact]
    public void A_reading_left_early_does_not_spoil_the_next()
    {
        using var network = NetworkNamespace.Open(null);
        using var table = RouteTable.Open(network);

        Assert.Equal(Destinations.Take(100), table.Resolve(Queries()).Take(100).Select(r => r.RemoteAddress));
        Assert.Equal(Destinations[0], table.Resolve(Queries().First()).RemoteAddress);
    }

    [Fact]
    public void A_stop_reaches_the_caller_from_the_thread_that_asks()
    {
        using var network = NetworkNamespace.Open(null);
        using var table = RouteTable.Open(network);
        using var stop = new CancellationTokenSource();
        var taken = 0;

        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            foreach (var route in table.Resolve(Queries(), stop.Token))
            {
                if (++taken == 10)
                {
                    stop.Cancel();
                }
            }
        });

        Assert.InRange(taken, 10, Many - 1);
    }

    private static IEnumerable<RouteQuery> Queries() => Destinations.Select(d => new RouteQuery { Destination = IPAddress.Parse(d) });
}
