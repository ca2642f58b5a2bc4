using PacketPath.HostState;
using PacketPath.Probes;

namespace PacketPath.Commands;

/// <summary>The session of Test-TlsServerName.</summary>
internal sealed class TlsSession(TestTlsServerNameCommand cmdlet, CancellationToken stop, ProbeSessionOptions session, Func<NetworkNamespace, TlsProbeOptions> options)
    : ProbeSession<TlsTarget, TlsServerNameResult>(cmdlet, stop, session, (ns, source) => new TlsProbe(options(ns) with { SourceAddress = source }))
{
    /// <inheritdoc/>
    protected override string NameOf(TlsTarget target) => target.Name;
}
