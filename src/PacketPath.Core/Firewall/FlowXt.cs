using PacketPath.Netlink.Nftables;
using PacketPath.Netlink.Nftables.Expressions;

namespace PacketPath.Firewall;

/// <summary>Tries a flow on xtables matches: ports, connection states and users; any other cannot be known.</summary>
internal static class FlowXt
{
    /// <summary>Whether the match holds, or what verdict the target gives.</summary>
    public static bool? Test(XtExpression xt, FlowPacket packet, ref NftVerdict? verdict)
    {
        if (xt.Name == "target")
        {
            if (xt.Extension == "REJECT")
            {
                verdict = new NftVerdict(NftVerdictCode.Drop, null);
            }

            return true;
        }

        var info = new XtInfo(xt.Info);
        return xt.Extension switch
        {
            "comment" => true,
            "tcp" => Both(
                Port(packet.SourcePort, info.U16(0), info.U16(2), (info.U8(11) & 1) != 0),
                Port(packet.DestinationPort, info.U16(4), info.U16(6), (info.U8(11) & 2) != 0),
                info.U8(9) == 0 && info.U8(8) == 0 ? true : null),
            "udp" => Both(
                Port(packet.SourcePort, info.U16(0), info.U16(2), (info.U8(8) & 1) != 0),
                Port(packet.DestinationPort, info.U16(4), info.U16(6), (info.U8(8) & 2) != 0),
                true),
            "state" => packet.State is { } state ? (info.U32(0) & state) != 0 : null,
            "conntrack" => Conntrack(info, packet),
            "multiport" => MultiPort(info, packet),
            "owner" => Owner(xt, info, packet),
            _ => null,
        };
    }

    private static bool? Port(int? port, int from, int to, bool inverted)
    {
        if (from == 0 && to == ushort.MaxValue)
        {
            return !inverted;
        }

        return port is { } known ? (known >= from && known <= to) != inverted : null;
    }

    private static bool? Conntrack(XtInfo info, FlowPacket packet)
    {
        const int stateFlag = 0x0001;
        const int aliasFlag = 0x2000;
        const int untracked = 256;
        int flags = info.U16(XtMatchText.ConntrackFlags);
        if ((flags & stateFlag) == 0 || packet.State is not { } state)
        {
            return null;
        }

        var bit = state == 64 ? untracked : (int)state;
        var holds = (info.U16(XtMatchText.ConntrackStates) & bit) != 0;
        holds ^= (info.U16(XtMatchText.ConntrackInverted) & stateFlag) != 0;
        return !holds ? false : (flags & ~(stateFlag | aliasFlag)) == 0 ? true : null;
    }

    private static bool? MultiPort(XtInfo info, FlowPacket packet)
    {
        const int either = 2;
        var kind = info.U8(0);
        if (kind == either)
        {
            return null;
        }

        if ((kind == 0 ? packet.SourcePort : packet.DestinationPort) is not { } port)
        {
            return null;
        }

        var found = false;
        for (var i = 0; i < Math.Min((int)info.U8(1), XtMatchText.MultiPorts); i++)
        {
            var from = info.U16(2 + (i * 2));
            var isRange = info.U8(XtMatchText.MultiPortFlags + i) != 0 && i + 1 < XtMatchText.MultiPorts;
            var to = isRange ? info.U16(2 + (++i * 2)) : from;
            found |= port >= from && port <= to;
        }

        return found != (info.U8(XtMatchText.MultiPortInverted) != 0);
    }

    private static bool? Owner(XtExpression xt, XtInfo info, FlowPacket packet)
    {
        const int userAlone = 1;
        return xt.Revision == 1 && info.U8(16) == userAlone && packet.User is { } user
            ? (user >= info.U32(0) && user <= info.U32(4)) != ((info.U8(17) & userAlone) != 0)
            : null;
    }

    private static bool? Both(bool? one, bool? two, bool? three) =>
        one == false || two == false || three == false ? false : one & two & three;
}
