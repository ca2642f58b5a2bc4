namespace PacketPath.Diagnosis.Faults;

/// <summary>A policy rule of type prohibit ends the lookup.</summary>
public sealed class PolicyRuleProhibit : PolicyRuleFault
{
    private protected override RouteOutcome Outcome => RouteOutcome.RuleProhibit;

    private protected override string Effect => "its action is prohibit, so the kernel returns EACCES";
}
