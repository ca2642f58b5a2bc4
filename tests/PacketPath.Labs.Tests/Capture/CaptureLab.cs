using System.Net;
using System.Net.Sockets;
using PacketPath.Capture;
using PacketPath.HostState;

namespace PacketPath.Labs.Tests.Capture;

/// <summary>Two nodes on one link, captured at node <c>a</c>.</summary>
internal sealed class CaptureLab : IDisposable
{
    internal const int Port = 9;
    internal static readonly IPAddress PeerIPv4 = IPAddress.Parse("10.1.0.2");
    internal static readonly IPAddress PeerIPv6 = IPAddress.Parse("fd01::2");

    private readonly NetworkNamespace _namespace;

    internal CaptureLab()
    {
        Network = LabNetwork.Build(new LabTopology
        {
            Nodes = [new LabNode { Name = "a" }, new LabNode { Name = "b" }],
            Links =
            [
                new LabLink
                {
                    A = new LabLinkEnd { Node = "a", Interface = "eth0", Addresses = ["10.1.0.1/24", "fd01::1/64"] },
                    B = new LabLinkEnd { Node = "b", Interface = "eth0", Addresses = ["10.1.0.2/24", "fd01::2/64"] },
                },
            ],
        });
        _namespace = NetworkNamespace.Open(Network.NamespaceOf("a"));
    }

    internal LabNetwork Network { get; }

    internal IPacketSource Open(CaptureOptions options) => _namespace.Run(() => PacketSources.Factory.OpenLive(options));

    /// <summary>Runs something in node <c>a</c>.</summary>
    internal void Run(Action body) => _namespace.Run(() =>
    {
        body();
        return 0;
    });

    /// <summary>Sends datagrams of ten bytes from node <c>a</c> to the peer; the number the kernel took.</summary>
    internal int SendUdp(IPAddress to, int count) => _namespace.Run(() =>
    {
        using var socket = new Socket(to.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        var end = new IPEndPoint(to, Port);
        byte[] payload = new byte[10];
        int sent = 0;
        for (int i = 0; i < count; i++)
        {
            sent += socket.SendTo(payload, end) == payload.Length ? 1 : 0;
        }

        return sent;
    });

    /// <summary>Tries to connect from node <c>a</c> to a closed port of the peer.</summary>
    internal void ConnectRefused(IPAddress to, int port) => _namespace.Run(() =>
    {
        using var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        return Assert.Throws<SocketException>(() => socket.Connect(to, port));
    });

    public void Dispose()
    {
        _namespace.Dispose();
        Network.Dispose();
    }
}
