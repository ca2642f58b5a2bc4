using PacketPath.Diagnosis;

namespace PacketPath.Tracing;

/// <summary>
/// Evidence as a trace carries it: what the trace holds already is not repeated within it, and nothing lies so deep that
/// <c>ConvertTo-Json -Depth 6</c> would cut it off. The verdict is made from just this.
/// </summary>
internal static class ShallowEvidence
{
    /// <summary>The evidence of a trace; the first attempt is the trace's own.</summary>
    public static PacketEvidence[] Of(IReadOnlyList<PacketEvidence> evidence)
    {
        var attempt = evidence.OfType<SynPathResult>().FirstOrDefault();
        return [.. evidence.Select(item => item switch
        {
            ApplicationEvidence { TcpPath: { } beneath } application => application with { TcpPath = Beneath(beneath, attempt) },
            ListeningResult inbound => inbound with { Interfaces = [.. inbound.Interfaces.Select(Plain)] },
            FirewallHook { Chains.Length: > 0 } hook => hook with { Chains = [.. hook.Chains.Select(chain => chain with { Rules = [.. chain.Rules.Select(rule => Plain(rule, hook.Backend))] })] },
            _ => item,
        })];
    }

    /// <summary>Contributing verdicts: of what stands among the evidence, the subject is named.</summary>
    public static PacketFailure[] Of(IEnumerable<PacketFailure> contributing, EvidencePaths paths) =>
        [.. contributing.Select(verdict => verdict.Subject is SynPathResult or ListeningResult or ApplicationEvidence or MtuProbeResult or FirewallHook
            ? verdict with { Subject = paths.To(verdict.Subject) } : verdict)];

    // The attempt beneath an application's takes the way of the trace's own; where it failed, its own facts count.
    private static SynPathResult Beneath(SynPathResult beneath, SynPathResult? attempt) => attempt is { Outcome: SynOutcome.Open } && beneath.Outcome == SynOutcome.Open
        ? beneath with { Route = null, NextHopRoute = null, ReplyRoute = null, Interface = null, Neighbor = null }
        : beneath with { Interface = beneath.Interface is { } link ? Plain(link) : null };

    private static PacketInterface Plain(PacketInterface link) => link with { Addresses = [.. link.Addresses.Select(static address => address with { Flags = null })] };

    // The text of a rule names its sets and chains; only a rule of legacy iptables has its target nowhere else.
    private static FirewallRule Plain(FirewallRule rule, FirewallBackend backend) =>
        rule with { Sets = null, Objects = null, JumpTargets = backend == FirewallBackend.LegacyIptables ? rule.JumpTargets : null };
}
