namespace PacketPath.Diagnosis.Faults;

/// <summary>The target, or a firewall in front of it, turned the SYN away with an ICMP error.</summary>
public sealed class RemoteRejected : IcmpFault
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.RemoteHost;

    private protected override IcmpCause Cause => IcmpCause.Rejected;

    private protected override string Limits =>
        "Which rule rejects it, nor that the service behind it is up. An offender that is not the target is a router or firewall before it.";

    private protected override string Summarize(EvidenceSet evidence, string offender, bool isTarget) =>
        $"{(isTarget ? "" : "Firewall or router ")}{offender} rejects {(evidence.IsUdp ? "datagrams" : "connections")} to {evidence.Target} on purpose.";
}
