namespace PacketPath.Firewall;

/// <summary>Leaves of the firewall what could apply to a flow.</summary>
internal static class FlowFilter
{
    /// <summary>The hooks the flow's packets come by, with the rules and chains that could apply to it. A chain that accepts by policy and has no such rule says nothing.</summary>
    public static IEnumerable<FirewallHook> Apply(IEnumerable<FirewallHook> hooks, FirewallFlow flow, CancellationToken stop = default)
    {
        var state = FlowState.Of(flow);
        foreach (var hook in hooks)
        {
            if (FlowTrial.Applies(hook, flow, state))
            {
                var before = state.Copy();
                _ = FlowWalk.Pass(hook, flow, state, stop);
                if (!before.Mark.Value.AsSpan().SequenceEqual(state.Mark.Value) || !before.Mark.Known.AsSpan().SequenceEqual(state.Mark.Known))
                {
                    // Each rule is tried for itself here, before and behind the one that sets the mark.
                    before.ForgetMark();
                }

                var narrowed = new FlowTrial(hook, flow, before, stop: stop).Narrow(flow);
                if (narrowed.Rules.Length > 0 || narrowed.Policy == "drop")
                {
                    yield return narrowed;
                }
            }
        }
    }
}
