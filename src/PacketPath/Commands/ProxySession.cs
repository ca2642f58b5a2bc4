using System.Net;
using PacketPath.HostState;
using PacketPath.Probes;

namespace PacketPath.Commands;

/// <summary>The session of Test-ProxyConnect.</summary>
internal sealed class ProxySession : ProbeSession<ProxyTarget, ProxyConnectResult>
{
    private readonly Dictionary<string, IReadOnlyList<IPAddress>> _addresses = [];

    /// <summary>Opens the namespace and starts the probe.</summary>
    public ProxySession(TestProxyConnectCommand cmdlet, CancellationToken stop, ProbeSessionOptions session, Func<NetworkNamespace, ProxyProbeOptions> options)
        : base(cmdlet, stop, session, (ns, source) => new ProxyProbe(options(ns) with { SourceAddress = source }))
    {
    }

    /// <summary>The addresses of a proxy: many targets share one, which is looked up once.</summary>
    public IReadOnlyList<IPAddress> Addresses(ProxyAddress proxy, AddressFamily? family)
    {
        if (!_addresses.TryGetValue(proxy.HostText, out var known) && (known = Expand(proxy.HostText, family)).Count > 0)
        {
            _addresses[proxy.HostText] = known;
        }

        return known;
    }

    /// <inheritdoc/>
    protected override string NameOf(ProxyTarget target) => target.Tunnel.Text;
}
