using PacketPath.Tests;

namespace PacketPath.Labs.Tests;

public class LabNetworkTests
{
    private static LabTopology TwoNodes() => new()
    {
        Nodes = [new LabNode { Name = "a" }, new LabNode { Name = "b" }],
        Links =
        [
            new LabLink
            {
                A = new LabLinkEnd { Node = "a", Interface = "eth0", Addresses = ["10.1.0.1/24", "fd01::1/64"] },
                B = new LabLinkEnd { Node = "b", Interface = "eth0", Addresses = ["10.1.0.2/24", "fd01::2/64"] },
            },
        ],
    };

    [RootFact]
    public void NodesReachEachOther()
    {
        using var network = LabNetwork.Build(TwoNodes());
        var neighbor = network.MustExec("a", "ip -o -6 address show dev eth0");
        Assert.Contains("fd01::1/64", neighbor.Output);
        Assert.DoesNotContain("tentative", neighbor.Output);
        var route = network.MustExec("a", "ip route get 10.1.0.2");
        Assert.Contains("src 10.1.0.1", route.Output);
    }

    [RootFact]
    public void DisposeRemovesTheNamespaces()
    {
        string[] names;
        using (var network = LabNetwork.Build(TwoNodes()))
        {
            names = [.. network.Nodes.Values];
            Assert.All(names, name => Assert.True(File.Exists("/run/netns/" + name)));
        }

        Assert.All(names, name => Assert.False(File.Exists("/run/netns/" + name)));
    }

    [RootFact]
    public void AFailedBuildLeavesNothing()
    {
        var before = Directory.GetFiles("/run/netns", "pp-*").Length;
        var broken = TwoNodes() with { Nodes = [new LabNode { Name = "a", Routes = ["default via 192.0.2.1"] }, new LabNode { Name = "b" }] };
        var failure = Assert.Throws<LabException>(() => LabNetwork.Build(broken));
        Assert.Contains("192.0.2.1", failure.Advice);
        Assert.True(Directory.GetFiles("/run/netns", "pp-*").Length <= before);
    }
}
