using System.Globalization;
using PacketPath.Firewall;

namespace PacketPath.Diagnosis;

/// <summary>The firewall rule that stopped a flow, and how that is known: by a counter that moved during the attempt, or by trying the flow on the rules.</summary>
internal sealed class FirewallCulprit
{
    private readonly FirewallHook _hook;
    private readonly FirewallRule? _rule;
    private readonly long _counted;
    private readonly bool _isCertain;

    private FirewallCulprit(FirewallHook hook, FirewallRule? rule, long counted, bool isCertain)
    {
        _hook = hook;
        _rule = rule;
        _counted = counted;
        _isCertain = isCertain;
    }

    /// <summary>The rule, or the chain whose policy it was.</summary>
    public object Subject => (object?)_rule ?? _hook;

    /// <summary>The rule by table, chain, handle and text, as the end of a sentence.</summary>
    public string Name => _rule is null
        ? $"the policy of chain {_hook.Chain} (table {_hook.Family} {_hook.Table}), which is {_hook.Policy}"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"rule {(_rule.Handle == 0 ? $"number {_rule.Position}" : $"handle {_rule.Handle}")} of chain {_rule.Chain} (table {_rule.Family} {_rule.Table}): {_rule.Text}");

    /// <summary>True where its counter moved during the attempt.</summary>
    public bool IsCounted => _counted > 0;

    /// <summary>True where every test of the rule is known to hold.</summary>
    public bool IsCertain => _isCertain;

    /// <summary>True for a rule that drops sources which do not lead back by the interface they came in on: fib, or the rpfilter match of iptables.</summary>
    public bool IsReversePathRule => _rule is not null && ReversePathRule.Is(_hook, _rule);

    /// <summary>How it is known.</summary>
    public FailureEvidence Evidence => Observations.Supports(
        _counted > 0 ? string.Create(CultureInfo.InvariantCulture, $"its counter went up by {_counted} {(_counted == 1 ? "packet" : "packets")} during the attempt: {Name}")
            : _isCertain ? $"every test of it holds for this flow, and none before it ends the flow; no counter moved or was read: {Name}"
            : $"it is the first that could stop this flow, with tests that could not be known; no counter moved or was read: {Name}",
        _counted > 0 ? "nf_tables counters before and after the attempt" : "the flow tried on the decoded rules",
        _hook.ObservedAt);

    /// <summary>What remains open about the rule.</summary>
    public string DoesNotProve => _counted > 0
        ? "That the packets counted were all of this attempt: other traffic may meet the same rule."
        : _isCertain ? "That the kernel took this rule: it was named by trying the flow on the rules, not by a counter. Give it a counter to be sure."
        : "That it was this rule: something it tests, or one before it, could not be known. Give it a counter to be sure.";

    /// <summary>The rule that dropped or rejected the first packet on its way out; null where the rules are not known or none fits.</summary>
    public static FirewallCulprit? Output(EvidenceSet evidence, bool rejects) => evidence.Probe is not { } probe ? null : Find(evidence, probe.ObservedAt, rejects, new FirewallFlow
    {
        Direction = FlowDirection.Output,
        Destination = probe.RemoteAddress,
        DestinationPort = probe.RemotePort,
        Source = probe.LocalAddress,
        SourcePort = probe.LocalPort == 0 ? null : probe.LocalPort,
        Protocol = probe.Protocol,
        OutputInterface = probe.InterfaceAlias,
        Mark = probe.Mark,
        Uid = probe.Uid,
        ConntrackState = "new",
    });

    /// <summary>The rule that dropped or rejected the answer on its way in; null where the rules are not known or none fits.</summary>
    public static FirewallCulprit? Input(EvidenceSet evidence, SynPacket answer, bool rejects) =>
        evidence.Probe is not { } probe ? null : Find(evidence, probe.ObservedAt, rejects, Answer(probe, answer));

    /// <summary>The rule that dropped the answer because its state is invalid: with the state established it would have passed; null where there is none, or none for sure.</summary>
    public static FirewallCulprit? Invalid(EvidenceSet evidence, SynPacket answer) =>
        evidence.Probe is { } probe && Find(evidence, probe.ObservedAt, rejects: false, Answer(probe, answer)) is null
            && Find(evidence, probe.ObservedAt, rejects: false, Answer(probe, answer) with { ConntrackState = "invalid" }) is { } culprit
            && (culprit._counted > 0 || culprit._isCertain) ? culprit : null;

    /// <summary>The rule that stops what a socket sends again and again; null where the rules are not known or none fits.</summary>
    public static FirewallCulprit? OutputOf(EvidenceSet evidence, SocketEntry stuck, bool rejects) => Find(evidence, stuck.ObservedAt, rejects, new FirewallFlow
    {
        Direction = FlowDirection.Output,
        Destination = evidence.RemoteAddress,
        DestinationPort = stuck.RemotePort,
        Source = SocketEvidence.Plain(stuck.LocalAddress),
        SourcePort = stuck.LocalPort,
        Protocol = TransportProtocol.Tcp,
        OutputInterface = evidence.InterfaceAlias.Length == 0 ? null : evidence.InterfaceAlias,
        Mark = stuck.Mark,
        Uid = stuck.UserId,
        ConntrackState = stuck.State == SocketState.SynSent ? "new" : "established",
    });

    /// <summary>The rule that would stop a connection that comes in; null where the rules are not known or none fits.</summary>
    public static FirewallCulprit? Inbound(EvidenceSet evidence, ListeningResult inbound, bool rejects) => Find(evidence, inbound.ObservedAt, rejects, new FirewallFlow
    {
        Direction = PassesThrough(inbound) ? FlowDirection.Forward : FlowDirection.Input,
        OutputInterface = PassesThrough(inbound) ? inbound.InputRoute!.InterfaceAlias : null,
        Destination = inbound.RemoteAddress,
        DestinationPort = inbound.RemotePort,
        Source = inbound.PeerAddress,
        Protocol = inbound.Protocol,
        InputInterface = inbound.InputInterface,
        ConntrackState = "new",
    });

    /// <summary>True where a host was asked about the address of another one, to which it would pass the packet on.</summary>
    public static bool PassesThrough(ListeningResult inbound) =>
        inbound is { Sockets.Length: 0, InputRoute: { Outcome: RouteOutcome.Usable, TypeOfRoute: not (RouteType.Local or RouteType.Anycast) } };

    private static FirewallFlow Answer(SynPathResult probe, SynPacket answer) => new()
    {
        Direction = FlowDirection.Input,
        Destination = probe.LocalAddress,
        DestinationPort = probe.LocalPort == 0 ? null : probe.LocalPort,
        Source = probe.RemoteAddress,
        SourcePort = probe.RemotePort,
        Protocol = probe.Protocol,
        InputInterface = answer.InterfaceAlias,
        ConntrackState = "established",
    };

    /// <summary>The rule that dropped an ICMP message on its way in; null where the rules are not known or none fits.</summary>
    public static FirewallCulprit? InputIcmp(EvidenceSet evidence, MtuProbeResult mtu, string from) => Find(evidence, mtu.ObservedAt, rejects: false, new FirewallFlow
    {
        Direction = FlowDirection.Input,
        Destination = mtu.LocalAddress,
        Source = from,
        Protocol = evidence.IsIPv6 ? TransportProtocol.IcmpV6 : TransportProtocol.Icmp,
        InputInterface = mtu.InterfaceAlias,
        ConntrackState = "related",
    });

    private static FirewallCulprit? Find(EvidenceSet evidence, DateTime probed, bool rejects, FirewallFlow flow)
    {
        var readings = new Dictionary<FirewallHook, (FirewallHook? Before, FirewallHook? After)>(ReferenceEqualityComparer.Instance);
        foreach (var chain in evidence.Firewall.GroupBy(hook => (hook.Backend, hook.Family, hook.Table, hook.Chain)))
        {
            var before = chain.Where(hook => hook.ObservedAt <= probed).MaxBy(hook => hook.ObservedAt);
            var after = chain.Where(hook => hook.ObservedAt > probed).MinBy(hook => hook.ObservedAt);
            readings[after ?? before!] = (before, after);
        }

        var candidates = FlowWalk.Drops(readings.Keys, flow)
            .Where(decision => (decision.Rule?.Verdict == "reject") == rejects)
            .Select(decision => new FirewallCulprit(
                decision.Hook, decision.Rule, Counted(readings[decision.Hook].Before, readings[decision.Hook].After, decision.Rule, evidence.Firewall), decision.IsCertain))
            .ToList();
        return candidates.Find(candidate => candidate._counted > 0)
            ?? candidates.Find(candidate => candidate._isCertain)
            ?? (candidates.Count == 1 ? candidates[0] : null);
    }

    private static long Counted(FirewallHook? before, FirewallHook? after, FirewallRule? rule, IReadOnlyList<FirewallHook> all)
    {
        // A named counter that several rules share does not tell which of them counted.
        if (before is null || after is null || rule is null || all.Any(hook => SharesCounter(hook, rule)))
        {
            return 0;
        }

        var then = Rule(before, rule)?.Packets;
        var now = Rule(after, rule)?.Packets;
        return then is { } first && now is { } last && last > first ? last - first : 0;
    }

    private static bool SharesCounter(FirewallHook hook, FirewallRule rule) => rule.CounterName is not null
        && (hook.Family, hook.Table) == (rule.Family, rule.Table)
        && Rules(hook).Any(other => other.CounterName == rule.CounterName && other.Handle != rule.Handle);

    private static IEnumerable<FirewallRule> Rules(FirewallHook hook) => hook.Rules.Concat(hook.Chains.SelectMany(static chain => chain.Rules));

    private static FirewallRule? Rule(FirewallHook hook, FirewallRule rule) =>
        Rules(hook)
            .FirstOrDefault(other => other.Chain == rule.Chain && other.Handle == rule.Handle && (rule.Handle != 0 || other.Position == rule.Position));
}
