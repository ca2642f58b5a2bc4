using PacketPath.Firewall;
using PacketPath.Netlink.Nftables;
using PacketPath.Netlink.Nftables.Expressions;

namespace PacketPath.Core.Tests.Firewall;

/// <summary>What is known of a flow decides a test; what is not known leaves it open.</summary>
public class FlowMachineTests
{
    private static readonly FirewallFlow Flow = new()
    {
        Direction = FlowDirection.Output,
        Destination = "10.1.2.3",
        Protocol = TransportProtocol.Tcp,
        DestinationPort = 443,
        OutputInterface = "eth0",
        ConntrackState = "new",
    };

    private static FlowMatch Run(FirewallFlow flow, params NftExpression[] expressions) =>
        new FlowMachine(new FlowPacket(flow, "output"), static _ => null).Run(expressions).Match;

    private static PayloadExpression Load(uint offset, uint length, PayloadBase header = PayloadBase.Network) => new(1, header, offset, length, null);

    private static CompareExpression Is(params byte[] value) => Compare(CompareOperator.Equal, value);

    private static CompareExpression Compare(CompareOperator comparison, params byte[] value) => new(1, comparison, new NftData(value, null));

    [Fact]
    public void AddressesPortsAndProtocolsDecide()
    {
        Assert.Equal(FlowMatch.Matches, Run(Flow, Load(16, 4), Is(10, 1, 2, 3)));
        Assert.Equal(FlowMatch.Matches, Run(Flow, Load(16, 2), Is(10, 1)));
        Assert.Equal(FlowMatch.CannotMatch, Run(Flow, Load(16, 1), Is(11)));
        Assert.Equal(FlowMatch.Matches, Run(Flow, Load(2, 2, PayloadBase.Transport), Is(1, 187)));
        Assert.Equal(FlowMatch.CannotMatch, Run(Flow, Load(2, 2, PayloadBase.Transport), Compare(CompareOperator.Less, 1, 0)));
        Assert.Equal(FlowMatch.CannotMatch, Run(Flow, new MetaExpression(1, MetaKey.L4Proto, null), Is(17)));
        Assert.Equal(FlowMatch.CannotMatch, Run(Flow, new MetaExpression(1, MetaKey.NfProto, null), Is(10)));
    }

    [Fact]
    public void WhatIsNotKnownNeitherHoldsNorFails()
    {
        Assert.Equal(FlowMatch.Unknown, Run(Flow, Load(12, 4), Is(10, 0, 0, 1)));
        Assert.Equal(FlowMatch.Unknown, Run(Flow, Load(12, 4), Compare(CompareOperator.NotEqual, 10, 0, 0, 1)));
        Assert.Equal(FlowMatch.Unknown, Run(Flow, new MetaExpression(1, MetaKey.Mark, null), Is(1, 0, 0, 0)));
        Assert.Equal(FlowMatch.Unknown, Run(Flow, new LimitExpression(1, 1, 5, false, false)));
        Assert.Equal(FlowMatch.Unknown, Run(Flow, new UnknownExpression("new-in-linux-9", [1, 2, 3])));

        // A later test that fails decides after all.
        Assert.Equal(FlowMatch.CannotMatch, Run(Flow, Load(12, 4), Is(10, 0, 0, 1), Load(16, 1), Is(11)));
    }

    [Fact]
    public void TheUserDecidesWhereItIsKnown()
    {
        var load = new MetaExpression(1, MetaKey.SkUid, null);
        var asked = Flow with { Uid = 1234 };
        Assert.Equal(FlowMatch.Matches, Run(asked, load, Is(0xd2, 4, 0, 0)));
        Assert.Equal(FlowMatch.CannotMatch, Run(asked with { Uid = 1235 }, load, Is(0xd2, 4, 0, 0)));
        Assert.Equal(FlowMatch.CannotMatch, Run(asked, load, Compare(CompareOperator.NotEqual, 0xd2, 4, 0, 0)));
        Assert.Equal(FlowMatch.Unknown, Run(Flow, load, Is(0xd2, 4, 0, 0)));
        Assert.Equal(FlowMatch.Unknown, Run(asked with { Direction = FlowDirection.Input }, load, Is(0xd2, 4, 0, 0)));
        Assert.Equal(FlowMatch.Unknown, Run(asked, new MetaExpression(1, MetaKey.SkGid, null), Is(0xd2, 4, 0, 0)));

        // iptables -m owner --uid-owner 1234, then with a range, turned about, and with a group besides.
        static XtExpression Owner(byte to, byte match, byte inverted) => new("match", "owner", 1, [0xd2, 4, 0, 0, to, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, match, inverted]);
        Assert.Equal(FlowMatch.Matches, Run(asked, Owner(0xd2, 1, 0)));
        Assert.Equal(FlowMatch.CannotMatch, Run(asked with { Uid = 1235 }, Owner(0xd2, 1, 0)));
        Assert.Equal(FlowMatch.Matches, Run(asked with { Uid = 1235 }, Owner(0xd3, 1, 0)));
        Assert.Equal(FlowMatch.CannotMatch, Run(asked, Owner(0xd2, 1, 1)));
        Assert.Equal(FlowMatch.Unknown, Run(asked, Owner(0xd2, 3, 0)));
        Assert.Equal(FlowMatch.Unknown, Run(Flow, Owner(0xd2, 1, 0)));
    }

    [Fact]
    public void MaskedOutBitsAreKnownWhateverTheyWere()
    {
        static BitwiseExpression Mask(params byte[] mask) =>
            new(1, 1, (uint)mask.Length, new NftData(mask, null), new NftData(new byte[mask.Length], null), BitwiseOperator.MaskXor, NftData.None, null);

        Assert.Equal(FlowMatch.Matches, Run(Flow, Load(16, 4), Mask(255, 0, 0, 0), Is(10, 0, 0, 0)));
        Assert.Equal(FlowMatch.CannotMatch, Run(Flow, Load(16, 4), Mask(255, 0, 0, 0), Is(11, 0, 0, 0)));
        Assert.Equal(FlowMatch.Matches, Run(Flow, Load(12, 4), Mask(0, 0, 0, 0), Is(0, 0, 0, 0)));

        // The first packet of a TCP connection is a SYN.
        Assert.Equal(FlowMatch.Matches, Run(Flow, Load(13, 1, PayloadBase.Transport), Mask(0x12), Is(0x02)));
        Assert.Equal(FlowMatch.CannotMatch, Run(Flow, Load(13, 1, PayloadBase.Transport), Mask(0x10), Compare(CompareOperator.NotEqual, 0)));
    }

    [Fact]
    public void InterfacesOfTheHook()
    {
        var name = new byte[16];
        "eth0"u8.CopyTo(name);
        Assert.Equal(FlowMatch.Matches, Run(Flow, new MetaExpression(1, MetaKey.OifName, null), Is(name)));
        Assert.Equal(FlowMatch.Matches, Run(Flow, new MetaExpression(1, MetaKey.OifName, null), Is([.. "eth"u8])));
        Assert.Equal(FlowMatch.CannotMatch, Run(Flow, new MetaExpression(1, MetaKey.IifName, null), Is(name)));
        Assert.Equal(FlowMatch.Unknown, Run(Flow with { OutputInterface = null }, new MetaExpression(1, MetaKey.OifName, null), Is(name)));
    }

    [Fact]
    public void ConnectionStates()
    {
        var state = new ConntrackExpression(1, ConntrackKey.State, null, null);
        Assert.Equal(FlowMatch.Matches, Run(Flow, state, Is(8, 0, 0, 0)));
        Assert.Equal(FlowMatch.CannotMatch, Run(Flow with { ConntrackState = "established" }, state, Is(8, 0, 0, 0)));
        Assert.Equal(FlowMatch.Unknown, Run(Flow with { ConntrackState = null }, state, Is(8, 0, 0, 0)));
    }

    [Fact]
    public void XtablesPortsAndStates()
    {
        var tcp22 = new XtExpression("match", "tcp", 0, [0, 0, 255, 255, 22, 0, 22, 0, 0, 0, 0, 0]);
        var tcp443 = new XtExpression("match", "tcp", 0, [0, 0, 255, 255, 187, 1, 187, 1, 0, 0, 0, 0]);
        Assert.Equal(FlowMatch.CannotMatch, Run(Flow, tcp22));
        Assert.Equal(FlowMatch.Matches, Run(Flow, tcp443));
        Assert.Equal(FlowMatch.Matches, Run(Flow, new XtExpression("match", "state", 0, [8, 0, 0, 0])));
        Assert.Equal(FlowMatch.CannotMatch, Run(Flow, new XtExpression("match", "state", 0, [2, 0, 0, 0])));
        Assert.Equal(FlowMatch.Unknown, Run(Flow, new XtExpression("match", "hashlimit", 3, [1, 2, 3])));
        Assert.Equal("tcp dport 443", XtText.Read(tcp443, false).Text);
        Assert.Equal("xt match \"hashlimit\" revision 3 0x010203", XtText.Read(new XtExpression("match", "hashlimit", 3, [1, 2, 3]), false).Text);
    }

    [Fact]
    public void AnUnknownExpressionShowsItsNameAndBytes()
    {
        // A list of one expression: NFTA_EXPR_NAME "teleport", NFTA_EXPR_DATA with an attribute 7 of two bytes.
        byte[] list = [28, 0, 1, 0, 13, 0, 1, 0, .. "teleport\0"u8, 0, 0, 0, 8, 0, 2, 0, 1, 2, 3, 4];
        var expressions = ExpressionReader.ReadList(list);
        var text = RuleText.Read(NftFamily.Inet, [.. expressions, new ImmediateExpression(0, new NftData([], new NftVerdict(NftVerdictCode.Drop, null)))], EmptyTable.Instance, NoNames.Instance).Text;
        Assert.Contains("teleport", text);
        Assert.Contains("0x01020304", text);
        Assert.EndsWith("drop", text);
        Assert.Equal(FlowMatch.Unknown, Run(Flow, expressions));
    }

    [Fact]
    public void AProgramThatDecidesIsNobodysVerdict()
    {
        var machine = new FlowMachine(new FlowPacket(Flow, "output"), static _ => null);
        Assert.Equal(NftVerdictCode.Queue, machine.Run([new QueueExpression(5, 1, 0, null)]).Verdict?.Code);
    }

    [Fact]
    public void TheHooksAFlowComesBy()
    {
        static FirewallHook Hook(string hook, string family) => new() { Hook = hook, Family = family };

        Assert.True(FlowTrial.Applies(Hook("output", "inet"), Flow));
        Assert.True(FlowTrial.Applies(Hook("postrouting", "ip"), Flow));
        Assert.False(FlowTrial.Applies(Hook("input", "inet"), Flow));
        Assert.False(FlowTrial.Applies(Hook("output", "ip6"), Flow));
        Assert.False(FlowTrial.Applies(Hook("output", "arp"), Flow));
        Assert.False(FlowTrial.Applies(Hook("output", "inet") with { Dormant = true }, Flow));
        Assert.False(FlowTrial.Applies(Hook("egress", "netdev") with { Devices = ["eth1"] }, Flow));
        Assert.True(FlowTrial.Applies(Hook("forward", "ip"), Flow with { Direction = FlowDirection.Forward }));
    }
}
