using System.Diagnostics;
using System.Net.Sockets;
using PacketPath.HostState;

namespace PacketPath.Probes;

/// <summary>Holds each target's conversation with its proxy: the TCP attempt first, and the CONNECT only where that opens.</summary>
internal sealed class ProxyEngine(ProxyProbeOptions options, Action<ProbeOutput<ProxyTarget, ProxyConnectResult>> sink)
    : ApplicationEngine<ProxyTarget, ProxyConnectResult>(options, sink)
{
    /// <inheritdoc/>
    protected override async Task<ProxyConnectResult> ProbeAsync(ProxyTarget target, CancellationToken stop)
    {
        var began = Stopwatch.GetTimestamp();
        var result = Begin(target);
        var beneath = await SynAsync(new SynTarget(target.Proxy.HostText, target.Address, target.Proxy.Port), stop).ConfigureAwait(false);
        result = result with { TcpPath = beneath };
        if (beneath.Outcome == SynOutcome.Open)
        {
            using var socket = await OpenSocketAsync(target.Address.AddressFamily, SocketType.Stream, stop).ConfigureAwait(false);
            result = await new ProxyConversation(options, target, socket).HoldAsync(result, stop).ConfigureAwait(false);
        }

        return result with { ElapsedMilliseconds = Stopwatch.GetElapsedTime(began).TotalMilliseconds };
    }

    private ProxyConnectResult Begin(ProxyTarget target)
    {
        var stamp = new ObservationStamp(options.Namespace.Label);
        return new ProxyConnectResult
        {
            ComputerName = stamp.ComputerName,
            NetNamespace = stamp.NetNamespace,
            ObservedAt = stamp.ObservedAt,
            RemoteAddress = target.Address.ToString(),
            RemotePort = target.Proxy.Port,
            Protocol = TransportProtocol.Tcp,
            TargetName = target.Tunnel.Text,
            RequestedSourceAddress = options.SourceAddress?.ToString(),
            RequestedInterfaceAlias = options.InterfaceAlias,
            RequestedNetNamespace = options.Namespace.Asked,
            Mark = options.Mark,
            TimeoutSeconds = options.Timeout.TotalSeconds,
            ProxyUri = target.Proxy.Uri,
            ProxyVariable = target.Variable,
            TunnelHost = target.Tunnel.Host,
            TunnelPort = target.Tunnel.Port,
        };
    }
}
