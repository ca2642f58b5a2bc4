using System.Net.Sockets;
using PacketPath.HostState;

namespace PacketPath.Labs;

/// <summary>The services of one lab: started in order, each ready before the next, and all stopped together.</summary>
internal sealed class LabServices : IDisposable
{
    private readonly List<IDisposable> _running = [];
    private LabAuthority? _authority;

    /// <summary>The file of the certificate authority that signs for the lab's services; null where none of them needs it.</summary>
    public string? AuthorityPath => _authority?.Path;

    public void Start(LabNode node, string netNamespace, CancellationToken stop)
    {
        if (node.Services.Count == 0)
        {
            return;
        }

        using var inside = NetworkNamespace.Open(netNamespace);
        foreach (var service in node.Services)
        {
            _running.Add(Start(node.Name, inside, netNamespace, service, stop));
        }
    }

    public void Dispose()
    {
        foreach (var service in Enumerable.Reverse(_running))
        {
            service.Dispose();
        }

        _running.Clear();
        _authority?.Dispose();
        _authority = null;
    }

    private IDisposable Start(string node, NetworkNamespace inside, string netNamespace, LabService service, CancellationToken stop)
    {
        if (service.Kind == LabServiceKind.Command)
        {
            return CommandService.Start(node, netNamespace, service, stop);
        }

        var authority = service.Kind == LabServiceKind.Tls ? _authority ??= new LabAuthority() : null;
        try
        {
            return inside.Run<IDisposable>(() => service.Kind switch
            {
                LabServiceKind.UdpEcho => new UdpEchoService(service),
                LabServiceKind.UdpListen => ServiceSocket.Bind(service, SocketType.Dgram),
                LabServiceKind.Quic => new QuicService(service),
                LabServiceKind.Proxy => new ProxyService(service, netNamespace),
                LabServiceKind.Dns => new DnsService(service),
                LabServiceKind.TrackedFlows => new TrackedFlowsService(service),
                LabServiceKind.Tls => new TlsService(service, authority!),
                _ => new TcpService(service),
            });
        }
        catch (SocketException e)
        {
            throw new LabException(
                $"The {service.Kind} service on port {service.Port} of node '{node}' cannot listen: {e.Message}.",
                "Check its address and port against the node's addresses and other services.",
                e);
        }
    }
}
