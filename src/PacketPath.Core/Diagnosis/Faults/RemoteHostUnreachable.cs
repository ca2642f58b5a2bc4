namespace PacketPath.Diagnosis.Faults;

/// <summary>A router on the way cannot reach the target itself, as a rule because it does not resolve on the last link.</summary>
public sealed class RemoteHostUnreachable : IcmpFault
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Path;

    private protected override IcmpCause Cause => IcmpCause.HostUnreachable;

    private protected override string Limits =>
        "Why the router cannot reach it: the target may be off, in another subnet, or the router may reject in this disguise.";

    private protected override string Summarize(EvidenceSet evidence, string offender, bool isTarget) =>
        $"Router {offender} cannot reach {evidence.RemoteAddress} and says so: the target does not answer on its last link.";
}
