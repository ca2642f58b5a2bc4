namespace PacketPath.Diagnosis.Faults;

/// <summary>The entry that wins the lookup is of type blackhole.</summary>
public sealed class RouteBlackhole : RouteTypeFault
{
    private protected override RouteOutcome Outcome => RouteOutcome.Blackhole;

    private protected override string Effect => "the kernel drops it and returns EINVAL";
}
