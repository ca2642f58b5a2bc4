using PacketPath.Tests;

namespace PacketPath.Labs.Tests.Oracles;

public class RandomRouteTests
{
    private const int Questions = 150;

    public static TheoryData<bool, int> Cases => new()
    {
        { false, 1 },
        { false, 2 },
        { false, 3 },
        { true, 1 },
        { true, 2 },
        { true, 4 },
    };

    [RootTheory]
    [MemberData(nameof(Cases))]
    public void TheModelFollowsTheKernel(bool v6, int seed)
    {
        var made = new RandomTables(seed, v6);
        using var network = RouteLab.Build("sysctl -qw net.ipv4.conf.all.forwarding=1", "sysctl -qw net.ipv6.conf.all.forwarding=1");
        network.Exec("host", $"ip {(v6 ? "-6 " : "")}-force -batch - 2>/dev/null <<END\n{string.Join('\n', made.Commands())}\nEND");
        var questions = Enumerable.Range(0, Questions).Select(_ => made.Question()).Distinct().ToArray();
        var (lines, routes) = RouteOracle.Ask(network, "host", questions);
        RouteOracle.AssertAgree(RouteOracle.AskIp(network, "host", questions), lines);

        // Where rules and tables as modelled lead elsewhere, the route says so.
        foreach (var (question, route) in questions.Zip(routes))
        {
            Assert.True(
                route.NotObserved.Length == 0,
                $"{question}: {route.NotObserved.FirstOrDefault()?.Why}\n{string.Join('\n', route.Alternatives.Select(a => $"{a.DestinationPrefix} {a.TypeOfRoute} {a.Table} {a.RouteMetric} {a.ReasonText}"))}\n{network.Exec("host", $"ip {(v6 ? "-6" : "-4")} rule").Output}");
        }

        Assert.True(routes.Select(r => r.Outcome).Distinct().Count() > 2, "the tables made up are too tame");
        Assert.True(routes.SelectMany(r => r.Alternatives).Select(a => a.Reason).Distinct().Count() > 3, "the tables made up are too tame");
    }
}
