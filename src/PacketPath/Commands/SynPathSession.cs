using PacketPath.HostState;
using PacketPath.Probes;

namespace PacketPath.Commands;

/// <summary>The session of Test-SynPath.</summary>
internal sealed class SynPathSession(TestSynPathCommand cmdlet, CancellationToken stop, ProbeSessionOptions session, Func<NetworkNamespace, SynProbeOptions> options)
    : ProbeSession<SynTarget, SynPathResult>(cmdlet, stop, session, (ns, source) => new SynProbe(options(ns) with { SourceAddress = source }))
{
    /// <summary>The destinations of one target, at each port; what is wrong with it is reported.</summary>
    public IEnumerable<SynTarget> Expand(string text, IEnumerable<int> ports, AddressFamily? family)
    {
        var addresses = Expand(text, family);
        return ports.SelectMany(port => addresses.Select(address => new SynTarget(text, address, port)));
    }

    /// <inheritdoc/>
    protected override string NameOf(SynTarget target) => target.Name;
}
