namespace PacketPath.Labs.Tests.Oracles;

/// <summary>A host with three ways out: eth0 and eth1 to routers, eth2 to a peer that can be switched off.</summary>
internal static class RouteLab
{
    public static LabNetwork Build(params string[] commands) => LabNetwork.Build(new LabTopology
    {
        Nodes =
        [
            new LabNode { Name = "host", Commands = commands },
            new LabNode { Name = "r1", Forwarding = true },
            new LabNode { Name = "r2", Forwarding = true },
            new LabNode { Name = "peer" },
        ],
        Links =
        [
            Link("eth0", "r1", "10.1.0.1/24", "10.1.0.2/24", "2001:db8:1::1/64", "2001:db8:1::2/64"),
            Link("eth1", "r2", "10.2.0.1/24", "10.2.0.2/24", "2001:db8:2::1/64", "2001:db8:2::2/64"),
            Link("eth2", "peer", "10.3.0.1/24", "10.3.0.2/24", "2001:db8:3::1/64", "2001:db8:3::2/64"),
        ],
    });

    private static LabLink Link(string name, string other, string v4, string otherV4, string v6, string otherV6) => new()
    {
        A = new LabLinkEnd { Node = "host", Interface = name, Addresses = [v4, v6] },
        B = new LabLinkEnd { Node = other, Interface = "eth0", Addresses = [otherV4, otherV6] },
    };
}
