namespace PacketPath.Diagnosis.Faults;

/// <summary>A router on the way has no route to the target.</summary>
public sealed class RemoteNetworkUnreachable : IcmpFault
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Path;

    private protected override IcmpCause Cause => IcmpCause.NetworkUnreachable;

    private protected override string Limits =>
        "That the router is wrong: it may rightly have no route, and an earlier hop may have chosen it wrongly. Nor that the target is up.";

    private protected override string Summarize(EvidenceSet evidence, string offender, bool isTarget) =>
        $"Router {offender} has no route to {evidence.RemoteAddress} and says so.";
}
