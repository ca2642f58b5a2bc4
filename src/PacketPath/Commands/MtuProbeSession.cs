using PacketPath.HostState;
using PacketPath.Probes;
using PacketPath.Targets;

namespace PacketPath.Commands;

/// <summary>The session of Invoke-MtuProbe.</summary>
internal sealed class MtuProbeSession : ProbeSession<MtuTarget, MtuProbeResult>
{
    private readonly HopNames? _names;

    /// <summary>Opens the namespace and starts the probe.</summary>
    public MtuProbeSession(InvokeMtuProbeCommand cmdlet, CancellationToken stop, ProbeSessionOptions session, Func<NetworkNamespace, MtuProbeOptions> options)
        : base(cmdlet, stop, session, (ns, source) => new MtuProbe(options(ns) with { SourceAddress = source })) =>
        _names = cmdlet.ResolveHopNames ? new HopNames(Namespace) : null;

    /// <inheritdoc/>
    protected override string NameOf(MtuTarget target) => target.Name;

    /// <inheritdoc/>
    protected override MtuProbeResult Complete(MtuProbeResult result) => _names?.Name(result, Stop) ?? result;
}
