namespace PacketPath.Diagnosis.Faults;

/// <summary>A policy rule of type unreachable ends the lookup.</summary>
public sealed class PolicyRuleUnreachable : PolicyRuleFault
{
    private protected override RouteOutcome Outcome => RouteOutcome.RuleUnreachable;

    private protected override string Effect => "its action is unreachable, so the kernel returns ENETUNREACH";
}
