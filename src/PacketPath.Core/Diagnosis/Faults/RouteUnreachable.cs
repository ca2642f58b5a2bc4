namespace PacketPath.Diagnosis.Faults;

/// <summary>The entry that wins the lookup is of type unreachable.</summary>
public sealed class RouteUnreachable : RouteTypeFault
{
    private protected override RouteOutcome Outcome => RouteOutcome.Unreachable;

    private protected override string Effect => "the kernel refuses it with EHOSTUNREACH";
}
