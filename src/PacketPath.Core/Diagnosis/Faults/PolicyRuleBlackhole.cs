namespace PacketPath.Diagnosis.Faults;

/// <summary>A policy rule of type blackhole ends the lookup.</summary>
public sealed class PolicyRuleBlackhole : PolicyRuleFault
{
    private protected override RouteOutcome Outcome => RouteOutcome.RuleBlackhole;

    private protected override string Effect => "its action is blackhole, so the kernel drops the packet and returns EINVAL";
}
