using PacketPath.Firewall;
using PacketPath.Netlink;
using PacketPath.Netlink.Nftables;
using PacketPath.Netlink.Nftables.Expressions;

namespace PacketPath.Core.Tests.Netlink;

/// <summary>Reads messages of nf_tables all the way: rules to text and through the flow evaluator, elements to text.</summary>
internal static class NftParsers
{
    private static readonly FirewallFlow Flow = new()
    {
        Destination = "10.0.0.1", Source = "10.0.0.2", Protocol = TransportProtocol.Tcp, DestinationPort = 22, ConntrackState = "new",
    };

    public static object? Parse(in NetlinkMessage message)
    {
        object? parsed = (message.Type & 0xff) switch
        {
            NftMessage.NewTable => TableMessage.Read(message),
            NftMessage.NewChain => ChainMessage.Read(message),
            NftMessage.NewRule => RuleMessage.Read(message),
            NftMessage.NewSet => SetMessage.Read(message),
            NftMessage.NewSetElement => SetElementData.Read(message),
            NftMessage.NewObject => ObjectMessage.Read(message),
            NftMessage.NewGeneration => GenerationMessage.Read(message),
            _ => null,
        };
        return parsed switch
        {
            RuleMessage rule => (rule.Handle, Text(rule), Outcome(rule)),
            byte[] elements => Elements(elements),
            _ => parsed,
        };
    }

    /// <summary>The rule in words, with nothing known of its table.</summary>
    public static string Text(RuleMessage rule) =>
        RuleText.Read(rule.Family, ExpressionReader.ReadList(rule.Expressions), EmptyTable.Instance, NoNames.Instance, rule.Comment).Text;

    private static FlowMatch Outcome(RuleMessage rule) =>
        new FlowMachine(new FlowPacket(Flow, "output"), static _ => null).Run(ExpressionReader.ReadList(rule.Expressions)).Match;

    private static string Elements(byte[] data)
    {
        var set = new SetDefinition(new SetMessage(), () => SetElement.ReadList(data));
        return string.Join(", ", new SetText(NoNames.Instance).Elements(set, [NftType.IPv4], [NftType.Raw]));
    }
}
