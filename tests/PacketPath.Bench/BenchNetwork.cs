using System.Net;
using System.Net.Sockets;
using PacketPath.HostState;
using PacketPath.Labs;

namespace PacketPath.Bench;

/// <summary>Two nodes on one link: <c>a</c>, where the cmdlets look, and <c>b</c>, its gateway, which forwards nothing.</summary>
internal sealed class BenchNetwork : IDisposable
{
    private readonly LabNetwork _network;

    internal BenchNetwork()
    {
        _network = LabNetwork.Build(new LabTopology
        {
            Nodes = [new LabNode { Name = "a", Routes = ["default via 10.1.0.2"] }, new LabNode { Name = "b" }],
            Links =
            [
                new LabLink
                {
                    A = new LabLinkEnd { Node = "a", Interface = "eth0", Addresses = ["10.1.0.1/24"] },
                    B = new LabLinkEnd { Node = "b", Interface = "eth0", Addresses = ["10.1.0.2/24"] },
                },
            ],
        });
    }

    /// <summary>The address of node <c>b</c>.</summary>
    internal static string Peer => "10.1.0.2";

    /// <summary>The namespace of node <c>a</c>.</summary>
    internal string Namespace => _network.NamespaceOf("a");

    /// <summary>Feeds lines to <c>ip -batch</c> in node <c>a</c>.</summary>
    internal void Batch(IEnumerable<string> lines)
    {
        using var file = new LinesFile(lines);
        Tool.Run("ip", "-n", Namespace, "-batch", file.Path);
    }

    /// <summary>Listens on node <c>b</c>; whoever connects is taken by the kernel's queue.</summary>
    internal Socket Listen(int port)
    {
        using var peer = NetworkNamespace.Open(_network.NamespaceOf("b"));
        return peer.Run(() =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
            socket.Listen(4096);
            return socket;
        });
    }

    public void Dispose() => _network.Dispose();
}
