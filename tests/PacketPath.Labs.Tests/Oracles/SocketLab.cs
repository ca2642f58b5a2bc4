using System.Net;
using System.Net.Sockets;
using PacketPath.HostState;

namespace PacketPath.Labs.Tests;

/// <summary>Two nodes with sockets of every kind and state between them, held until disposed.</summary>
internal sealed class SocketLab : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly List<Socket> _held = [];

    public SocketLab()
    {
        Network = LabNetwork.Build(Topologies.Pair());
        A = NetworkNamespace.Open(Network.NamespaceOf("a"));
        B = NetworkNamespace.Open(Network.NamespaceOf("b"));
    }

    public LabNetwork Network { get; }

    public NetworkNamespace A { get; }

    public NetworkNamespace B { get; }

    /// <summary>Listens, connects, sends and leaves things undone, in both families.</summary>
    public void Furnish()
    {
        var dual = Listen(B, "::", 80, 16, dual: true);
        var v6 = Listen(B, "::", 81, 16, dual: false);
        Listen(B, "10.1.0.2", 82, 1);
        Listen(A, "127.0.0.1", 83, 8);
        foreach (var (address, port) in new[] { ("10.1.0.2", 80), ("fd01::2", 80), ("fd01::2", 81), ("10.1.0.2", 82), ("10.1.0.2", 82) })
        {
            var client = Connect(A, address, port);
            client.Send(new byte[3000]);
        }

        Hold(dual.Accept()).Send(new byte[500]);
        Hold(v6.Accept());
        using (var closing = dual.Accept())
        {
            // The other end keeps its half open.
        }

        Udp(A, "10.1.0.1", 5000);
        Udp(A, "::", 5001);
        var peer = Udp(B, "fd01::2", 5002);
        var sender = Udp(A, "fd01::1", 5003);
        sender.Connect(new IPEndPoint(IPAddress.Parse("fd01::2"), 5002));
        sender.Send(new byte[700]);
        Assert.True(SpinWait.SpinUntil(() => peer.Available > 0, Patience));

        // No neighbor answers for these: they stay in SYN-SENT.
        foreach (var silent in new[] { "10.1.0.99", "fd01::99" })
        {
            var stuck = A.Run(() => Hold(new Socket(IPAddress.Parse(silent).AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false }));
            try
            {
                stuck.Connect(IPAddress.Parse(silent), 443);
            }
            catch (SocketException inProgress) when (inProgress.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
                // Under way.
            }
        }
    }

    public Socket Listen(NetworkNamespace where, string address, int port, int backlog, bool dual = false) => where.Run(() =>
    {
        var ip = IPAddress.Parse(address);
        var socket = Hold(new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        if (ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6)
        {
            socket.DualMode = dual;
        }

        socket.Bind(new IPEndPoint(ip, port));
        socket.Listen(backlog);
        return socket;
    });

    public Socket Connect(NetworkNamespace where, string address, int port) => where.Run(() =>
    {
        var ip = IPAddress.Parse(address);
        var socket = Hold(new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        socket.Connect(ip, port);
        return socket;
    });

    public Socket Udp(NetworkNamespace where, string address, int port) => where.Run(() =>
    {
        var ip = IPAddress.Parse(address);
        var socket = Hold(new Socket(ip.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
        socket.Bind(new IPEndPoint(ip, port));
        return socket;
    });

    public void Dispose()
    {
        _held.ForEach(static socket => socket.Dispose());
        A.Dispose();
        B.Dispose();
        Network.Dispose();
    }

    private Socket Hold(Socket socket)
    {
        _held.Add(socket);
        return socket;
    }
}
