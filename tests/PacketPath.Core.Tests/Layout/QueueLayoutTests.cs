using PacketPath.Interop;
using PacketPath.Netlink.Generic;
using PacketPath.Netlink.Link;
using PacketPath.Netlink.TrafficControl;

namespace PacketPath.Core.Tests.Layout;

public class QueueLayoutTests
{
    [CompilerFact]
    public void TrafficControl() => AssertAgrees(new CAssertions("linux/rtnetlink.h", "linux/gen_stats.h", "linux/pkt_sched.h")
        .Size("struct tcmsg", TcMessage.FixedSize)
        .Offset("struct tcmsg", "tcm_ifindex", 4)
        .Offset("struct tcmsg", "tcm_handle", 8)
        .Offset("struct tcmsg", "tcm_parent", 12)
        .Offset("struct tcmsg", "tcm_info", 16)
        .Constant("TCA_KIND", TcAttribute.Kind)
        .Constant("TCA_OPTIONS", TcAttribute.Options)
        .Constant("TCA_STATS", TcAttribute.Statistics)
        .Constant("TCA_XSTATS", TcAttribute.ExtraStatistics)
        .Constant("TCA_STATS2", TcAttribute.Statistics2)
        .Constant("TCA_STATS_BASIC", TcStatisticsAttribute.Basic)
        .Constant("TCA_STATS_QUEUE", TcStatisticsAttribute.Queue)
        .Constant("TCA_STATS_APP", TcStatisticsAttribute.Application)
        .Constant("TCA_STATS_PKT64", TcStatisticsAttribute.Packets64)
        .Constant("TC_H_ROOT", TcHandle.Root)
        .Constant("TC_H_INGRESS", TcHandle.Ingress)
        .Constant("TC_H_CLSACT", TcHandle.Ingress)
        .Offset("struct gnet_stats_basic", "packets", 8)
        .Size("struct gnet_stats_queue", TcStatisticsAttribute.QueueSize)
        .Offset("struct gnet_stats_queue", "qlen", 0)
        .Offset("struct gnet_stats_queue", "backlog", 4)
        .Offset("struct gnet_stats_queue", "drops", 8)
        .Offset("struct gnet_stats_queue", "requeues", 12)
        .Offset("struct gnet_stats_queue", "overlimits", 16)
        .Offset("struct tc_stats", "packets", 8)
        .Offset("struct tc_stats", "drops", 12)
        .Offset("struct tc_stats", "overlimits", 16)
        .Offset("struct tc_stats", "qlen", 28)
        .Offset("struct tc_stats", "backlog", 32));

    [CompilerFact]
    public void Limits() => AssertAgrees(new CAssertions("linux/pkt_sched.h")
        .Size("struct tc_ratespec", TcLimits.RateSpecSize)
        .Offset("struct tc_ratespec", "rate", 8)
        .Size("struct tc_tbf_qopt", TcLimits.TbfSize)
        .Offset("struct tc_tbf_qopt", "limit", 2 * TcLimits.RateSpecSize)
        .Size("struct tc_htb_opt", TcLimits.HtbSize)
        .Offset("struct tc_htb_opt", "ceil", TcLimits.RateSpecSize)
        .Offset("struct tc_sfq_qopt", "limit", 8)
        .Offset("struct tc_netem_qopt", "limit", 4)
        .Offset("struct tc_red_qopt", "limit", 0)
        .Constant("TCA_TBF_PARMS", 1)
        .Constant("TCA_TBF_RATE64", 4)
        .Constant("TCA_HTB_PARMS", 1)
        .Constant("TCA_HTB_RATE64", 6)
        .Constant("TCA_HTB_CEIL64", 7)
        .Constant("TCA_RED_PARMS", 1)
        .Constant("TCA_FQ_PLIMIT", 1)
        .Constant("TCA_CODEL_LIMIT", 2)
        .Constant("TCA_FQ_CODEL_LIMIT", 2)
        .Constant("TCA_PIE_LIMIT", 2)
        .Constant("TCA_FQ_PIE_LIMIT", 1));

    [CompilerFact]
    public void ExtraCounters() => AssertAgrees(new CAssertions("linux/pkt_sched.h")
        .Constant("TCA_FQ_CODEL_XSTATS_QDISC", TcExtraCounters.FqCodelOfQdisc)
        .Offset("struct tc_fq_codel_xstats", "qdisc_stats.drop_overlimit", 8)
        .Offset("struct tc_fq_codel_xstats", "qdisc_stats.ecn_mark", 12)
        .Offset("struct tc_fq_codel_xstats", "qdisc_stats.drop_overmemory", 36)
        .Offset("struct tc_codel_xstats", "drop_overlimit", 20)
        .Offset("struct tc_codel_xstats", "ecn_mark", 24)
        .Offset("struct tc_fq_qd_stats", "flows_plimit", 32)
        .Offset("struct tc_fq_qd_stats", "pkts_too_long", 40)
        .Offset("struct tc_fq_qd_stats", "allocation_errors", 48)
        .Offset("struct tc_fq_qd_stats", "horizon_drops", 88)
        .Offset("struct tc_red_xstats", "early", 0)
        .Offset("struct tc_red_xstats", "pdrop", 4)
        .Offset("struct tc_red_xstats", "other", 8)
        .Offset("struct tc_red_xstats", "marked", 12)
        .Offset("struct tc_htb_xstats", "lends", 0)
        .Offset("struct tc_htb_xstats", "borrows", 4));

    [CompilerFact]
    public void LinkCountersInOrder()
    {
        var assertions = new CAssertions("linux/if_link.h");
        for (var i = 0; i < 24; i++)
        {
            assertions.Offset("struct rtnl_link_stats64", LinkCounters.Names[i], i * sizeof(ulong));
        }

        AssertAgrees(assertions);
    }

    [CompilerFact]
    public void EthtoolQueues() => AssertAgrees(new CAssertions("linux/ethtool.h")
        .Constant("ETHTOOL_GRINGPARAM", Ethtool.GetRings)
        .Constant("ETHTOOL_GCHANNELS", Ethtool.GetChannels)
        .Constant("ETHTOOL_GSTRINGS", Ethtool.GetStrings)
        .Constant("ETHTOOL_GSTATS", Ethtool.GetStatistics)
        .Constant("ETHTOOL_GSSET_INFO", Ethtool.GetStringSetInfo)
        .Constant("ETH_SS_STATS", Ethtool.StatisticsSet)
        .Constant("ETH_GSTRING_LEN", Ethtool.StringLength)
        .Size("struct ethtool_ringparam", Ethtool.RingSize)
        .Offset("struct ethtool_ringparam", "rx_max_pending", 4)
        .Offset("struct ethtool_ringparam", "tx_max_pending", 16)
        .Offset("struct ethtool_ringparam", "rx_pending", 20)
        .Offset("struct ethtool_ringparam", "tx_pending", 32)
        .Size("struct ethtool_channels", Ethtool.ChannelSize)
        .Offset("struct ethtool_channels", "rx_count", 20)
        .Offset("struct ethtool_channels", "tx_count", 24)
        .Offset("struct ethtool_channels", "combined_count", 32)
        .Offset("struct ethtool_gstrings", "data", 12)
        .Offset("struct ethtool_stats", "data", 8)
        .Offset("struct ethtool_sset_info", "sset_mask", 8)
        .Offset("struct ethtool_sset_info", "data", 16));

    [CompilerFact]
    public void GenericNetlink() => AssertAgrees(new CAssertions("linux/genetlink.h")
        .Size("struct genlmsghdr", GenericMessage.HeaderSize)
        .Constant("GENL_ID_CTRL", GenericMessage.Control)
        .Constant("CTRL_CMD_GETFAMILY", GenericMessage.GetFamily)
        .Constant("CTRL_ATTR_FAMILY_ID", GenericMessage.FamilyId)
        .Constant("CTRL_ATTR_FAMILY_NAME", GenericMessage.FamilyName));

    private static void AssertAgrees(CAssertions assertions)
    {
        Assert.True(assertions.Count > 0);
        Assert.Null(assertions.Verify());
    }
}
