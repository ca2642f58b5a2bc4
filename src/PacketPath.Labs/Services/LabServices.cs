using System.Net.Sockets;
using PacketPath.HostState;

namespace PacketPath.Labs;

/// <summary>The services of one lab: started in order, each ready before the next, and all stopped together.</summary>
internal sealed class LabServices : IDisposable
{
    private readonly List<IDisposable> _running = [];

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
    }

    private static IDisposable Start(string node, NetworkNamespace inside, string netNamespace, LabService service, CancellationToken stop)
    {
        if (service.Kind == LabServiceKind.Command)
        {
            return CommandService.Start(node, netNamespace, service, stop);
        }

        try
        {
            return inside.Run<IDisposable>(() => service.Kind switch
            {
                LabServiceKind.UdpEcho => new UdpEchoService(service),
                LabServiceKind.UdpListen => ServiceSocket.Bind(service, SocketType.Dgram),
                LabServiceKind.TrackedFlows => new TrackedFlowsService(service),
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
