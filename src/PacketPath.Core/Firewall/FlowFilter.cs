namespace PacketPath.Firewall;

/// <summary>Leaves of the firewall what could apply to a flow.</summary>
internal static class FlowFilter
{
    /// <summary>The hooks the flow's packets come by, with the rules and chains that could apply to it. A chain that accepts by policy and has no such rule says nothing.</summary>
    public static IEnumerable<FirewallHook> Apply(IEnumerable<FirewallHook> hooks, FirewallFlow flow)
    {
        foreach (var hook in hooks)
        {
            if (FlowTrial.Applies(hook, flow))
            {
                var narrowed = new FlowTrial(hook, flow).Narrow(flow);
                if (narrowed.Rules.Length > 0 || narrowed.Policy == "drop")
                {
                    yield return narrowed;
                }
            }
        }
    }
}
