using PacketPath.Netlink;
using PacketPath.Netlink.Address;
using PacketPath.Netlink.Link;
using PacketPath.Netlink.Neighbor;
using PacketPath.HostState;
using PacketPath.Netlink.NeighborTables;
using PacketPath.Netlink.Netconf;
using PacketPath.Netlink.Xfrm;

namespace PacketPath.Core.Tests.Netlink;

public class GoldenMessageTests
{
    private static T[] Read<T>(string file, ushort type, MessageParser<T> parse)
    {
        var found = new List<T>();
        foreach (var bytes in NetlinkData.Messages(file))
        {
            ReadOnlySpan<byte> data = bytes;
            var message = NetlinkMessage.Take(ref data);
            if (message.Type == type)
            {
                found.Add(parse(message)!);
            }
        }

        return [.. found];
    }

    [Fact]
    public void Links()
    {
        var links = Read("link-dump.hex", RouteMessage.NewLink, LinkMessage.Read).ToDictionary(link => link.Name);

        Assert.Equal(["br0", "lo", "va", "vb"], links.Keys.Order());
        var va = links["va"];
        Assert.Equal(11, va.Index);
        Assert.Equal("02:00:00:00:00:0a", va.Address);
        Assert.Equal(1400u, va.Mtu);
        Assert.Equal(500u, va.TransmitQueueLength);
        Assert.Equal(7u, va.Group);
        Assert.Equal("uplink to b", va.Alias);
        Assert.Equal(["uplink", "a-name-longer-than-fifteen-characters"], va.AlternativeNames);
        Assert.Equal("veth", va.Kind);
        Assert.Equal("noqueue", va.QueueDiscipline);
        Assert.Equal(12, va.LinkIndex);
        Assert.Equal((byte)OperationalStatus.Up, va.OperationalState);
        Assert.True(va.Carrier);
        Assert.Equal(2u, va.CarrierChanges);
        Assert.Equal(2u, va.TransmitQueues);
        Assert.Equal(2u, va.ReceiveQueues);
        Assert.False(va.Ipv6Disabled);
        Assert.Equal(["Up", "Broadcast", "Running", "Multicast", "LowerUp"], LinkFlag.Describe(va.Flags));
        Assert.NotNull(va.Statistics);
        Assert.True(va.Statistics.SentPackets > 0 && va.Statistics.SentBytes > va.Statistics.SentPackets);
        Assert.Equal(13, links["vb"].MasterIndex);
        Assert.Equal("bridge", links["br0"].Kind);
        Assert.Equal("loopback", LinkType.Name(links["lo"].Type));
        Assert.Null(links["lo"].Kind);
        Assert.Equal((byte)OperationalStatus.Unknown, links["lo"].OperationalState);
    }

    [Fact]
    public void ForwardingOfInterfaces()
    {
        var settings = Read("netconf-dump.hex", RouteMessage.NewNetconf, NetconfMessage.Read).ToDictionary(one => (one.Family, one.InterfaceIndex));

        Assert.Equal([-2, -1, 1, 11, 12], settings.Keys.Where(key => key.Family == IpBits.IPv4).Select(key => key.InterfaceIndex).Order());
        Assert.Equal((true, 1u), (settings[(IpBits.IPv4, 11)].Forwarding, settings[(IpBits.IPv4, 11)].ReversePathFilter));
        Assert.Equal((false, 0u), (settings[(IpBits.IPv4, 12)].Forwarding, settings[(IpBits.IPv4, 12)].ReversePathFilter));
        Assert.Equal(2u, settings[(IpBits.IPv4, NetconfMessage.AllInterfaces)].ReversePathFilter);
        Assert.True(settings[(IpBits.IPv6, NetconfMessage.AllInterfaces)].Forwarding);
        Assert.Null(settings[(IpBits.IPv6, 11)].ReversePathFilter);
    }

    [Fact]
    public void ALinkByName()
    {
        var link = Assert.Single(Read("link-get.hex", RouteMessage.NewLink, LinkMessage.Read));
        Assert.Equal("va", link.Name);
        Assert.Equal(new KeyValuePair<int, string>(11, "va"), Assert.Single(Read("link-get.hex", RouteMessage.NewLink, LinkMessage.ReadName)));
    }

    [Fact]
    public void Addresses()
    {
        var addresses = Read("address-dump.hex", RouteMessage.NewAddress, AddressMessage.Read).ToDictionary(address => (address.Local, address.InterfaceIndex));

        Assert.Equal(
            new AddressMessage
            {
                Family = 2,
                PrefixLength = 24,
                InterfaceIndex = 11,
                Flags = AddressFlag.Permanent,
                Local = "10.1.0.1",
                Broadcast = "10.1.0.255",
                Label = "va:web",
            },
            addresses[("10.1.0.1", 11)]);
        Assert.Equal("10.9.0.1", addresses[("10.1.0.5", 11)].Peer);
        Assert.Equal(32, addresses[("10.1.0.5", 11)].PrefixLength);
        Assert.Equal(254, addresses[("127.0.0.1", 1)].Scope);
        Assert.Equal(["NoDad", "Permanent"], AddressFlag.Describe(addresses[("2001:db8::1", 11)].Flags, AddressFamily.IPv6));
        var old = addresses[("2001:db8::2", 11)];
        Assert.Equal(AddressState.Deprecated, AddressFlag.State(old.Flags));
        Assert.Equal(0u, old.Preferred);
        Assert.InRange(old.Valid, 3500u, 3600u);
        Assert.Equal(AddressState.Tentative, AddressFlag.State(addresses[("fe80::ff:fe00:a", 11)].Flags));
        Assert.Equal(253, addresses[("fe80::ff:fe00:a", 11)].Scope);
    }

    [Fact]
    public void Neighbors()
    {
        var neighbors = Read("neighbor-dump.hex", RouteMessage.NewNeighbor, NeighborMessage.Read).Where(entry => entry.InterfaceIndex == 11).ToDictionary(entry => entry.Address!);

        var permanent = neighbors["10.1.0.2"];
        Assert.Equal(
            new NeighborMessage
            {
                Family = 2,
                InterfaceIndex = 11,
                State = NudState.Permanent,
                Type = 1,
                Address = "10.1.0.2",
                LinkLayerAddress = "02:00:00:00:00:02",
                Ages = permanent.Ages,
            },
            permanent);
        Assert.NotNull(permanent.Ages);
        Assert.Equal(NudState.Reachable, neighbors["10.1.0.3"].State);
        Assert.Equal(186, neighbors["10.1.0.3"].Protocol);
        Assert.Equal(NudState.Failed, neighbors["10.1.0.4"].State);
        Assert.Null(neighbors["10.1.0.4"].LinkLayerAddress);
        Assert.Equal(NeighborFlag.ExternalLearned, neighbors["10.1.0.6"].Flags);
        Assert.Equal(NeighborFlag.Router, neighbors["fe80::7"].Flags);
        Assert.Equal(NudState.NoArp, neighbors["fe80::8"].State);
        Assert.Equal(permanent with { Ages = null }, Assert.Single(Read("neighbor-get.hex", RouteMessage.NewNeighbor, NeighborMessage.Read)) with { Ages = null });
    }

    [Fact]
    public void NeighborTables()
    {
        var tables = Read("neighbor-table-dump.hex", RouteMessage.NewNeighborTable, NeighborTableMessage.Read).OfType<NeighborTableMessage>();
        Assert.Equal([new() { Name = "arp_cache" }, new() { Name = "ndisc_cache" }], tables);
    }

    [Fact]
    public void IpsecPolicies()
    {
        var policies = Read("xfrm-policy-dump.hex", PolicyMessage.New, PolicyMessage.Read).OrderByDescending(p => p.Priority).ThenBy(p => p.Direction).ToArray();
        Assert.Equal(
            [
                "src 10.0.1.0/24 dst 10.0.2.0/24 proto tcp dport 443 dir out priority 100 tmpl proto esp mode tunnel src 192.0.2.1 dst 192.0.2.2",
                "src fd01::1/128 dst fd02::/64 dir out priority 5 action block",
            ],
            policies.Where(p => p.Direction == PolicyMessage.Outbound).Select(PacketPath.HostState.IpsecPolicies.Text));
        Assert.Equal((7u, 0xffu), policies[0].Mark);
        Assert.Equal((443, 0xffff), policies[0].DestinationPort);
        Assert.Equal((3u, (byte)0), (policies[1].InterfaceId, policies[1].Direction));

        var flow = new IpsecFlow(System.Net.IPAddress.Parse("10.0.2.9"), 443, System.Net.IPAddress.Parse("10.0.1.5"), 40000, 2, 0x107);
        Assert.Same(policies[0], PacketPath.HostState.IpsecPolicies.First(policies, flow));
        Assert.Null(PacketPath.HostState.IpsecPolicies.First(policies, flow with { Mark = 8 }));
        Assert.Null(PacketPath.HostState.IpsecPolicies.First(policies, flow with { DestinationPort = 80 }));
        Assert.Null(PacketPath.HostState.IpsecPolicies.First(policies, flow with { Destination = System.Net.IPAddress.Parse("10.0.3.9") }));
        Assert.Null(PacketPath.HostState.IpsecPolicies.First(policies, flow with { Source = System.Net.IPAddress.Parse("10.0.3.9") }));
        Assert.Same(policies[0], PacketPath.HostState.IpsecPolicies.First([policies[0] with { Priority = 200 }, policies[0] with { Protocol = 0 }, policies[0]], flow));
    }

    [Fact]
    public void AnErrorInTheKernelsWords()
    {
        var status = Assert.Single(Read("error-extack.hex", ControlType.Error, static (in NetlinkMessage message) => NetlinkStatus.Read(message)));
        Assert.Equal(new NetlinkStatus(PacketPath.Interop.Errno.ENODEV, "Unknown device ifindex"), status);
    }

    [Fact]
    public void AnErrorWithoutWords()
    {
        var status = Assert.Single(Read("error-plain.hex", ControlType.Error, static (in NetlinkMessage message) => NetlinkStatus.Read(message)));
        Assert.Equal(PacketPath.Interop.Errno.ENOENT, status.Errno);
    }

    [Fact]
    public void TheEndOfADump()
    {
        var status = Assert.Single(Read("neighbor-dump.hex", ControlType.Done, static (in NetlinkMessage message) => NetlinkStatus.Read(message)));
        Assert.Equal(default, status);
    }
}
