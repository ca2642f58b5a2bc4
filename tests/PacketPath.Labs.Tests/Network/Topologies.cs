namespace PacketPath.Labs.Tests;

internal static class Topologies
{
    /// <summary>Two nodes, one link, both families.</summary>
    public static LabTopology Pair() => new()
    {
        Nodes = [new LabNode { Name = "a" }, new LabNode { Name = "b" }],
        Links = [Link("a:eth0", "b:eth0", "10.1.0.1/24 fd01::1/64", "10.1.0.2/24 fd01::2/64")],
    };

    public static LabLink Link(string a, string b, string addressesOfA, string addressesOfB, int? mtu = null) =>
        new() { A = End(a, addressesOfA), B = End(b, addressesOfB), Mtu = mtu };

    private static LabLinkEnd End(string text, string addresses) => new()
    {
        Node = text.Split(':')[0],
        Interface = text.Split(':')[1],
        Addresses = addresses.Split(' ', StringSplitOptions.RemoveEmptyEntries),
    };
}
