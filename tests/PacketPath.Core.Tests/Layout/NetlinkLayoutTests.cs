using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PacketPath.HostState;
using PacketPath.Interop;
using PacketPath.Netlink;
using PacketPath.Netlink.Address;
using PacketPath.Netlink.Link;
using PacketPath.Netlink.Neighbor;

namespace PacketPath.Core.Tests.Layout;

public class NetlinkLayoutTests
{
    [CompilerFact]
    public void TheCompilerIsAskedInEarnest()
    {
        Assert.Null(new CAssertions("linux/netlink.h").Constant("NLM_F_ACK", 4).Verify());
        Assert.Contains("NLM_F_ACK is not 5", new CAssertions("linux/netlink.h").Constant("NLM_F_ACK", 5).Verify());
    }

    [CompilerFact]
    public void Wire() => AssertAgrees(new CAssertions("sys/socket.h", "linux/netlink.h", "linux/rtnetlink.h")
        .Size("struct nlmsghdr", NetlinkHeader.Size)
        .Size("struct nlmsghdr", Unsafe.SizeOf<NetlinkHeader>())
        .Offset("struct nlmsghdr", "nlmsg_type", 4)
        .Offset("struct nlmsghdr", "nlmsg_flags", 6)
        .Offset("struct nlmsghdr", "nlmsg_seq", 8)
        .Offset("struct nlmsghdr", "nlmsg_pid", 12)
        .Size("struct nlattr", 4)
        .Size("struct sockaddr_nl", Marshal.SizeOf<NetlinkCalls.Address>())
        .Constant("NLA_TYPE_MASK & 0xffff", 0x3fff)
        .Constant("NLA_F_NESTED", 0x8000)
        .Constant("NLMSG_ALIGN(5)", NetlinkHeader.Align(5))
        .Constant("NLM_F_REQUEST", MessageFlags.Request)
        .Constant("NLM_F_MULTI", MessageFlags.Multi)
        .Constant("NLM_F_ACK", MessageFlags.Ack)
        .Constant("NLM_F_DUMP_INTR", MessageFlags.DumpInterrupted)
        .Constant("NLM_F_DUMP_FILTERED", MessageFlags.DumpFiltered)
        .Constant("NLM_F_ROOT", MessageFlags.Root)
        .Constant("NLM_F_MATCH", MessageFlags.Match)
        .Constant("NLM_F_DUMP", MessageFlags.Dump)
        .Constant("NLM_F_CAPPED", MessageFlags.Capped)
        .Constant("NLM_F_ACK_TLVS", MessageFlags.AckTlvs)
        .Constant("NLMSG_NOOP", ControlType.Noop)
        .Constant("NLMSG_ERROR", ControlType.Error)
        .Constant("NLMSG_DONE", ControlType.Done)
        .Constant("NLMSG_OVERRUN", ControlType.Overrun)
        .Constant("NLMSG_MIN_TYPE", ControlType.FirstOfFamily)
        .Constant("NLMSGERR_ATTR_MSG", ExtendedAckAttribute.Message)
        .Constant("NLMSGERR_ATTR_OFFS", ExtendedAckAttribute.Offset)
        .Constant("NETLINK_ROUTE", NetlinkProtocol.Route)
        .Constant("NETLINK_SOCK_DIAG", NetlinkProtocol.SockDiag)
        .Constant("NETLINK_NETFILTER", NetlinkProtocol.Netfilter)
        .Constant("NETLINK_GENERIC", NetlinkProtocol.Generic)
        .Constant("SOL_NETLINK", NetlinkCalls.SolNetlink)
        .Constant("AF_NETLINK", NetlinkCalls.AfNetlink)
        .Constant("NETLINK_CAP_ACK", NetlinkCalls.CapAck)
        .Constant("NETLINK_EXT_ACK", NetlinkCalls.ExtAck)
        .Constant("NETLINK_GET_STRICT_CHK", NetlinkCalls.GetStrictCheck)
        .Constant("RTM_NEWLINK", RouteMessage.NewLink)
        .Constant("RTM_GETLINK", RouteMessage.GetLink)
        .Constant("RTM_NEWADDR", RouteMessage.NewAddress)
        .Constant("RTM_GETADDR", RouteMessage.GetAddress)
        .Constant("RTM_NEWROUTE", RouteMessage.NewRoute)
        .Constant("RTM_GETROUTE", RouteMessage.GetRoute)
        .Constant("RTM_NEWNEIGH", RouteMessage.NewNeighbor)
        .Constant("RTM_GETNEIGH", RouteMessage.GetNeighbor)
        .Constant("RTM_NEWRULE", RouteMessage.NewRule)
        .Constant("RTM_GETRULE", RouteMessage.GetRule));

    [CompilerFact]
    public void Neighbors() => AssertAgrees(new CAssertions("linux/rtnetlink.h", "linux/neighbour.h")
        .Size("struct ndmsg", NeighborMessage.FixedSize)
        .Offset("struct ndmsg", "ndm_family", 0)
        .Offset("struct ndmsg", "ndm_ifindex", 4)
        .Offset("struct ndmsg", "ndm_state", 8)
        .Offset("struct ndmsg", "ndm_flags", 10)
        .Offset("struct ndmsg", "ndm_type", 11)
        .Size("struct nda_cacheinfo", NeighborMessage.CacheInfoSize)
        .Offset("struct nda_cacheinfo", "ndm_confirmed", (long)Marshal.OffsetOf<NeighborAges>("<Confirmed>k__BackingField"))
        .Offset("struct nda_cacheinfo", "ndm_used", (long)Marshal.OffsetOf<NeighborAges>("<Used>k__BackingField"))
        .Offset("struct nda_cacheinfo", "ndm_updated", (long)Marshal.OffsetOf<NeighborAges>("<Updated>k__BackingField"))
        .Constant("NDA_DST", NeighborAttribute.Destination)
        .Constant("NDA_LLADDR", NeighborAttribute.LinkLayerAddress)
        .Constant("NDA_CACHEINFO", NeighborAttribute.CacheInfo)
        .Constant("NDA_PROBES", NeighborAttribute.Probes)
        .Constant("NDA_IFINDEX", NeighborAttribute.InterfaceIndex)
        .Constant("NDA_PROTOCOL", NeighborAttribute.Protocol)
        .Constant("NDA_FLAGS_EXT", NeighborAttribute.FlagsExtended)
        .Constant("NUD_NONE", NudState.None)
        .Constant("NUD_INCOMPLETE", NudState.Incomplete)
        .Constant("NUD_REACHABLE", NudState.Reachable)
        .Constant("NUD_STALE", NudState.Stale)
        .Constant("NUD_DELAY", NudState.Delay)
        .Constant("NUD_PROBE", NudState.Probe)
        .Constant("NUD_FAILED", NudState.Failed)
        .Constant("NUD_NOARP", NudState.NoArp)
        .Constant("NUD_PERMANENT", NudState.Permanent)
        .Constant("NTF_SELF", NeighborFlag.Self)
        .Constant("NTF_MASTER", NeighborFlag.Master)
        .Constant("NTF_PROXY", NeighborFlag.Proxy)
        .Constant("NTF_EXT_LEARNED", NeighborFlag.ExternalLearned)
        .Constant("NTF_OFFLOADED", NeighborFlag.Offloaded)
        .Constant("NTF_STICKY", NeighborFlag.Sticky)
        .Constant("NTF_ROUTER", NeighborFlag.Router)
        .Macro("NTF_EXT_MANAGED", NeighborFlag.ExtendedManaged)
        .Macro("NTF_EXT_LOCKED", NeighborFlag.ExtendedLocked)
        .Macro("NTF_EXT_EXT_VALIDATED", NeighborFlag.ExtendedValidated));

    [CompilerFact]
    public void Addresses() => AssertAgrees(new CAssertions("linux/rtnetlink.h", "linux/if_addr.h")
        .Size("struct ifaddrmsg", AddressMessage.FixedSize)
        .Offset("struct ifaddrmsg", "ifa_prefixlen", 1)
        .Offset("struct ifaddrmsg", "ifa_flags", 2)
        .Offset("struct ifaddrmsg", "ifa_scope", 3)
        .Offset("struct ifaddrmsg", "ifa_index", 4)
        .Size("struct ifa_cacheinfo", AddressMessage.CacheInfoSize)
        .Offset("struct ifa_cacheinfo", "ifa_prefered", 0)
        .Offset("struct ifa_cacheinfo", "ifa_valid", 4)
        .Constant("IFA_ADDRESS", AddressAttribute.Address)
        .Constant("IFA_LOCAL", AddressAttribute.Local)
        .Constant("IFA_LABEL", AddressAttribute.Label)
        .Constant("IFA_BROADCAST", AddressAttribute.Broadcast)
        .Constant("IFA_CACHEINFO", AddressAttribute.CacheInfo)
        .Constant("IFA_FLAGS", AddressAttribute.Flags)
        .Constant("IFA_F_OPTIMISTIC", AddressFlag.Optimistic)
        .Constant("IFA_F_DADFAILED", AddressFlag.DadFailed)
        .Constant("IFA_F_DEPRECATED", AddressFlag.Deprecated)
        .Constant("IFA_F_TENTATIVE", AddressFlag.Tentative)
        .Constant("IFA_F_PERMANENT", AddressFlag.Permanent)
        .Constant("IFA_F_STABLE_PRIVACY", 1 << 11)
        .Constant("RT_SCOPE_UNIVERSE", IprouteNames.Scopes.Number("global")!.Value)
        .Constant("RT_SCOPE_SITE", 200)
        .Constant("RT_SCOPE_LINK", 253)
        .Constant("RT_SCOPE_HOST", 254)
        .Constant("RT_SCOPE_NOWHERE", 255));

    [CompilerFact]
    public void Links()
    {
        var assertions = new CAssertions("linux/rtnetlink.h", "linux/if_link.h", "linux/if.h", "linux/if_arp.h", "linux/ipv6.h")
            .Size("struct ifinfomsg", LinkMessage.FixedSize)
            .Offset("struct ifinfomsg", "ifi_type", 2)
            .Offset("struct ifinfomsg", "ifi_index", 4)
            .Offset("struct ifinfomsg", "ifi_flags", 8)
            .Constant("IFLA_ADDRESS", LinkAttribute.Address)
            .Constant("IFLA_IFNAME", LinkAttribute.Name)
            .Constant("IFLA_MTU", LinkAttribute.Mtu)
            .Constant("IFLA_LINK", LinkAttribute.Link)
            .Constant("IFLA_QDISC", LinkAttribute.QueueDiscipline)
            .Constant("IFLA_MASTER", LinkAttribute.Master)
            .Constant("IFLA_TXQLEN", LinkAttribute.TransmitQueueLength)
            .Constant("IFLA_OPERSTATE", LinkAttribute.OperationalState)
            .Constant("IFLA_LINKINFO", LinkAttribute.LinkInfo)
            .Constant("IFLA_IFALIAS", LinkAttribute.Alias)
            .Constant("IFLA_STATS64", LinkAttribute.Statistics64)
            .Constant("IFLA_AF_SPEC", LinkAttribute.FamilySpecific)
            .Constant("IFLA_GROUP", LinkAttribute.Group)
            .Constant("IFLA_EXT_MASK", LinkAttribute.ExtendedMask)
            .Constant("IFLA_NUM_TX_QUEUES", LinkAttribute.TransmitQueues)
            .Constant("IFLA_NUM_RX_QUEUES", LinkAttribute.ReceiveQueues)
            .Constant("IFLA_CARRIER", LinkAttribute.Carrier)
            .Constant("IFLA_CARRIER_CHANGES", LinkAttribute.CarrierChanges)
            .Constant("IFLA_PROP_LIST", LinkAttribute.PropertyList)
            .Constant("IFLA_ALT_IFNAME", LinkAttribute.AlternativeName)
            .Constant("IFLA_INFO_KIND", LinkAttribute.InfoKind)
            .Constant("IFLA_INET6_CONF", LinkAttribute.Inet6Configuration)
            .Constant("DEVCONF_DISABLE_IPV6", LinkAttribute.DisableIpv6Index)
            .Constant("RTEXT_FILTER_SKIP_STATS", LinkAttribute.SkipStatistics)
            .Constant("IF_OPER_UP", (int)OperationalStatus.Up)
            .Constant("IF_OPER_DORMANT", (int)OperationalStatus.Dormant)
            .Constant("IF_OPER_LOWERLAYERDOWN", (int)OperationalStatus.LowerLayerDown)
            .Constant("IFF_UP", LinkFlag.Up)
            .Constant("IFF_LOWER_UP", 1 << 16)
            .Constant("IFF_ECHO", 1 << 18)
            .Constant("ARPHRD_ETHER", 1)
            .Constant("ARPHRD_LOOPBACK", 772)
            .Constant("ARPHRD_NONE", 65534);
        string[] counters =
        [
            "rx_packets", "tx_packets", "rx_bytes", "tx_bytes", "rx_errors", "tx_errors", "rx_dropped", "tx_dropped", "multicast", "collisions",
            "", "", "", "", "rx_fifo_errors", "rx_missed_errors", "", "tx_carrier_errors", "tx_fifo_errors", "", "", "", "", "rx_nohandler",
        ];
        for (var i = 0; i < counters.Length; i++)
        {
            if (counters[i].Length > 0)
            {
                assertions.Offset("struct rtnl_link_stats64", counters[i], i * 8);
            }
        }

        AssertAgrees(assertions);
    }

    [CompilerFact]
    public void SystemCalls() => AssertAgrees(new CAssertions(
            "poll.h", "sched.h", "fcntl.h", "sys/socket.h", "linux/stat.h", "linux/nsfs.h", "linux/sockios.h", "linux/ethtool.h", "linux/if.h")
        .Size("struct pollfd", Marshal.SizeOf<Poll.Entry>())
        .Offset("struct pollfd", "revents", (long)Marshal.OffsetOf<Poll.Entry>(nameof(Poll.Entry.Returned)))
        .Constant("POLLIN", Poll.Readable)
        .Constant("POLLOUT", Poll.Writable)
        .Constant("POLLERR", Poll.Error)
        .Constant("POLLHUP", Poll.HangUp)
        .Constant("SO_RCVBUF", 8)
        .Constant("SO_RCVBUFFORCE", 33)
        .Constant("NS_GET_NSTYPE", 0xb703)
        .Macro("CLONE_NEWNET", Netns.CloneNewNet)
        .Size("struct statx", FileStatus.StatxSize)
        .Offset("struct statx", "stx_ino", FileStatus.InodeOffset)
        .Offset("struct statx", "stx_dev_major", FileStatus.DeviceOffset)
        .Offset("struct statx", "stx_dev_minor", FileStatus.DeviceOffset + 4)
        .Constant("STATX_INO", 0x100)
        .Constant("SIOCETHTOOL", Ethtool.SiocEthtool)
        .Constant("ETHTOOL_GDRVINFO", Ethtool.GetDriverInfo)
        .Constant("ETHTOOL_GLINKSETTINGS", Ethtool.GetLinkSettings)
        .Size("struct ethtool_drvinfo", Ethtool.DriverInfoSize)
        .Offset("struct ethtool_drvinfo", "driver", Ethtool.DriverOffset)
        .Size("struct ethtool_link_settings", Ethtool.LinkSettingsSize)
        .Offset("struct ethtool_link_settings", "speed", Ethtool.SpeedOffset)
        .Offset("struct ethtool_link_settings", "link_mode_masks_nwords", Ethtool.MaskWordsOffset)
        .Size("struct ifreq", Ethtool.RequestSize)
        .Constant("IFNAMSIZ", Ethtool.NameSize));

    private static void AssertAgrees(CAssertions assertions)
    {
        Assert.True(assertions.Count > 0);
        Assert.Null(assertions.Verify());
    }
}
