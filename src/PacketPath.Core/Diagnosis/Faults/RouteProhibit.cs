namespace PacketPath.Diagnosis.Faults;

/// <summary>The entry that wins the lookup is of type prohibit.</summary>
public sealed class RouteProhibit : RouteTypeFault
{
    private protected override RouteOutcome Outcome => RouteOutcome.Prohibit;

    private protected override string Effect => "the kernel refuses it with EACCES";
}
