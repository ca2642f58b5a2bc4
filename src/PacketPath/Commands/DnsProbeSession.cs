using PacketPath.HostState;
using PacketPath.Probes;
using PacketPath.Targets;

namespace PacketPath.Commands;

/// <summary>The session of Test-DnsTruncation.</summary>
internal sealed class DnsProbeSession : ProbeSession<DnsTarget, DnsTruncationResult>
{
    private readonly Lazy<ResolverFile> _resolvers;

    /// <summary>Opens the namespace and starts the probe.</summary>
    public DnsProbeSession(TestDnsTruncationCommand cmdlet, CancellationToken stop, ProbeSessionOptions session, Func<NetworkNamespace, DnsProbeOptions> options)
        : base(cmdlet, stop, session, (ns, source) => new DnsProbe(options(ns) with { SourceAddress = source })) =>
        _resolvers = new(() => ResolverFile.Of(Namespace));

    /// <summary>The name servers of the namespace.</summary>
    public ResolverFile Resolvers => _resolvers.Value;

    /// <inheritdoc/>
    protected override string NameOf(DnsTarget target) => target.Name;
}
