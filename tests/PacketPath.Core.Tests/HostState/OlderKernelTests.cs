using System.Net;
using PacketPath.Core.Tests.Netlink;
using PacketPath.HostState;
using PacketPath.Interop;
using PacketPath.Netlink;
using static PacketPath.Core.Tests.Netlink.ScriptedKernel;

namespace PacketPath.Core.Tests.HostState;

/// <summary>Kernels before 5.0: no lookup of one neighbor, no filter on an address dump.</summary>
public class OlderKernelTests
{
    private static readonly byte[] Mac = [2, 0, 0, 0, 0, 9];

    [Fact]
    public void One_neighbor_is_looked_for_in_the_whole_table()
    {
        using var here = NetworkNamespace.Open(null);
        using var table = new NeighborTable(here, new NetlinkSocket(new ScriptedKernel(Answer)), new InterfaceNames(new NetlinkSocket(new ScriptedKernel(NoInterface))));
        var entry = table.Find(IPAddress.Parse("10.0.0.9"), 3);
        Assert.Equal((NeighborState.Reachable, 3, "02:00:00:00:00:09"), (entry.State, entry.InterfaceIndex, entry.LinkLayerAddress));
        Assert.Equal(NeighborState.Absent, table.Find(IPAddress.Parse("10.0.0.10"), 3).State);
    }

    [Fact]
    public void Addresses_of_other_interfaces_are_left_out()
    {
        var kernel = new ScriptedKernel(sent => [Address(sent[0].Sequence, 2, 7), Address(sent[0].Sequence, 3, 8), Done(sent[0].Sequence)]);
        using var here = NetworkNamespace.Open(null);
        using var table = new InterfaceTable(here, new NetlinkSocket(kernel), new InterfaceNames(new NetlinkSocket(new ScriptedKernel(NoInterface))), null);
        Assert.Equal("10.0.0.8", Assert.Single(table.Addresses(3, CancellationToken.None)).Local);
        Assert.Equal(2, table.Addresses(0, CancellationToken.None).Count);
    }

    private static IEnumerable<object> Answer(NetlinkHeader[] sent) => (sent[0].Flags & MessageFlags.Dump) == MessageFlags.Dump
        ? [Neighbor(sent[0].Sequence, 2), Neighbor(sent[0].Sequence, 3), Done(sent[0].Sequence)]
        : [Refusal(sent[0], Errno.EOPNOTSUPP, "")];

    private static IEnumerable<object> NoInterface(NetlinkHeader[] sent) => [Refusal(sent[0], Errno.ENODEV, "")];

    private static byte[] Neighbor(uint sequence, byte index) => Message(
        sequence, 28, MessageFlags.Multi, [2, 0, 0, 0, index, 0, 0, 0, 2, 0, 0, 1, 8, 0, 1, 0, 10, 0, 0, 9, 10, 0, 2, 0, .. Mac, 0, 0]);

    private static byte[] Address(uint sequence, byte index, byte last) => Message(
        sequence, 20, MessageFlags.Multi, [2, 24, 0, 0, index, 0, 0, 0, 8, 0, 2, 0, 10, 0, 0, last]);
}
