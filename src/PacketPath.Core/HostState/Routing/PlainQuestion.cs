using PacketPath.Netlink;
using PacketPath.Netlink.Route;
using PacketPath.Netlink.Rule;

namespace PacketPath.HostState.Routing;

/// <summary>A packet's question without what a policy rule selected it by: what would become of it, were it not for that.</summary>
/// <param name="Flow">The question.</param>
/// <param name="LeftOut">What it leaves out, in words.</param>
internal sealed record PlainQuestion(FlowKey Flow, string[] LeftOut)
{
    /// <summary>The question; null where the rule selects by nothing that can be left out.</summary>
    public static PlainQuestion? Of(RuleEntry? rule, FlowKey flow, uint ownUid)
    {
        if (rule is not { Action: RuleAction.ToTable, Inverted: false } || flow.InputInterface != 0)
        {
            return null;
        }

        var leftOut = new List<string>();
        if (rule.Mark is not null && flow.Mark != 0)
        {
            leftOut.Add($"mark 0x{flow.Mark:x}");
            flow = flow with { Mark = 0 };
        }

        if (rule.SourceLength > 0 && flow.Source is { } source)
        {
            leftOut.Add($"source {IpBits.Text(source, flow.Family)}");
            flow = flow with { Source = null };
        }

        if (rule.Uids is { } uids)
        {
            leftOut.Add($"user {flow.Uid ?? ownUid}");
            flow = flow with { Uid = uids.First > 0 ? uids.First - 1 : uids.Last + 1 };
        }

        if (rule.IpProtocol != 0 || rule.SourcePorts is not null || rule.DestinationPorts is not null)
        {
            leftOut.AddRange(Ports(rule, flow));
            flow = flow with { IpProtocol = 0, SourcePort = 0, DestinationPort = 0 };
        }

        return leftOut.Count == 0 ? null : new PlainQuestion(flow, [.. leftOut]);
    }

    private static IEnumerable<string> Ports(RuleEntry rule, FlowKey flow)
    {
        if (rule.IpProtocol != 0)
        {
            yield return $"protocol {IpProtocolNames.Name(rule.IpProtocol)}";
        }

        if (rule.SourcePorts is not null)
        {
            yield return $"source port {flow.SourcePort}";
        }

        if (rule.DestinationPorts is not null)
        {
            yield return $"destination port {flow.DestinationPort}";
        }
    }
}
