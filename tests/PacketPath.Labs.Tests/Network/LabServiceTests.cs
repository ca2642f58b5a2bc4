using System.Net;
using System.Net.Sockets;
using System.Text;
using PacketPath.HostState;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests;

public class LabServiceTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    [RootTheory]
    [InlineData("10.1.0.2")]
    [InlineData("fd01::2")]
    public void TcpAcceptTakesConnectionsOfBothFamiliesAndReadsThemToTheirEnd(string address)
    {
        using var network = With(new LabService { Kind = LabServiceKind.TcpAccept, Port = 443 });
        using var socket = Connect(network, address, 443);
        socket.Send("hello"u8);
        socket.Shutdown(SocketShutdown.Send);
        socket.ReceiveTimeout = (int)Limit.TotalMilliseconds;
        Assert.Equal(0, socket.Receive(new byte[16]));
    }

    [RootFact]
    public void TcpListenNeverAccepts()
    {
        using var network = With(new LabService { Kind = LabServiceKind.TcpListen, Port = 80, Backlog = 3 });
        using var socket = Connect(network, "10.1.0.2", 80);
        var table = network.MustExec("b", "cat /proc/net/tcp6").Output;
        var listener = Assert.Single(table.Split('\n'), l => l.Contains(":0050 ", StringComparison.Ordinal) && l.Contains(" 0A ", StringComparison.Ordinal));
        Assert.Contains(":00000001 ", listener);
    }

    [RootTheory]
    [InlineData("10.1.0.2")]
    [InlineData("fd01::2")]
    public void UdpEchoReturnsDatagrams(string address)
    {
        using var network = With(new LabService { Kind = LabServiceKind.UdpEcho, Port = 7 });
        using var inside = NetworkNamespace.Open(network.NamespaceOf("a"));
        var target = IPAddress.Parse(address);
        using var socket = inside.Run(() => new Socket(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
        socket.ReceiveTimeout = (int)Limit.TotalMilliseconds;
        socket.Connect(target, 7);
        foreach (var word in new[] { "one", "two" })
        {
            socket.Send(Encoding.ASCII.GetBytes(word));
            var buffer = new byte[16];
            Assert.Equal(word, Encoding.ASCII.GetString(buffer, 0, socket.Receive(buffer)));
        }
    }

    [RootTheory]
    [InlineData("10.1.0.2")]
    [InlineData("fd01::2")]
    public void AProxyHandsBytesOnBothWays(string address)
    {
        using var network = With(new LabService { Kind = LabServiceKind.TcpAccept, Port = 80 }, new LabService { Kind = LabServiceKind.Proxy, Port = 3128, Credential = "ops:x" });
        using var socket = Connect(network, address, 3128);
        socket.ReceiveTimeout = (int)Limit.TotalMilliseconds;
        var end = address.Contains(':') ? $"[{address}]:80" : $"{address}:80";
        socket.Send(Encoding.ASCII.GetBytes($"CONNECT {end} HTTP/1.1\r\nProxy-Authorization: Basic {Convert.ToBase64String("ops:x"u8)}\r\n\r\n"));
        var buffer = new byte[256];
        Assert.StartsWith("HTTP/1.1 200 ", Encoding.ASCII.GetString(buffer, 0, socket.Receive(buffer)), StringComparison.Ordinal);

        // The far service reads to the end and closes: that end comes back through the tunnel.
        socket.Send("hello"u8);
        socket.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, socket.Receive(buffer));
    }

    [RootTheory]
    [InlineData(LabProxyAnswer.Tunnel, "HTTP/1.1 503 ")]
    [InlineData(LabProxyAnswer.Status, "HTTP/1.1 504 ")]
    [InlineData(LabProxyAnswer.NotHttp, "220 ")]
    public void AProxyAnswersAsItIsTold(LabProxyAnswer answer, string begins)
    {
        using var network = With(new LabService { Kind = LabServiceKind.Proxy, Port = 3128, Answer = answer, Status = 504 });
        using var socket = Connect(network, "10.1.0.2", 3128);
        socket.ReceiveTimeout = (int)Limit.TotalMilliseconds;
        socket.Send("CONNECT 10.1.0.2:9 HTTP/1.1\r\n\r\n"u8);
        var buffer = new byte[256];
        Assert.StartsWith(begins, Encoding.ASCII.GetString(buffer, 0, socket.Receive(buffer)), StringComparison.Ordinal);
    }

    [RootFact]
    public void AServiceBoundToOneAddressIsNotOnTheOther()
    {
        using var network = With(new LabService { Kind = LabServiceKind.TcpAccept, Port = 443, Address = "10.1.0.2" });
        using var socket = Connect(network, "10.1.0.2", 443);
        var refused = Assert.Throws<SocketException>(() => Connect(network, "fd01::2", 443));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
    }

    [RootFact]
    public void ACommandIsReadyWhenItsConditionHolds()
    {
        var file = Path.Combine(Path.GetTempPath(), $"packetpath-ready-{Guid.NewGuid():N}");
        const string listen = "perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(LocalPort => 8080, Listen => 1) or die; sleep 300'";
        using (var network = With(
            new LabService { Kind = LabServiceKind.Command, Run = listen, Ready = new LabReadiness { TcpPort = 8080 } },
            new LabService { Kind = LabServiceKind.Command, Run = "echo about to begin; echo begun >&2; sleep 300", Ready = new LabReadiness { Output = "begun" } },
            new LabService { Kind = LabServiceKind.Command, Run = $"touch {file}; sleep 300", Ready = new LabReadiness { File = file } }))
        {
            using var socket = Connect(network, "10.1.0.2", 8080);
            Assert.True(File.Exists(file));
            Assert.NotEmpty(HostState.ProcessesIn(network.NamespaceOf("b")));
        }

        File.Delete(file);
    }

    [RootTheory]
    [InlineData("echo no such luck >&2; exit 7", 10, "exit code 7", "no such luck")]
    [InlineData("echo waiting; sleep 300", 0.2, "not ready after 0.2 s", "waiting")]
    public void ACommandThatIsNeverReadyIsNamed(string run, double timeout, string words, string said)
    {
        var service = new LabService { Kind = LabServiceKind.Command, Run = run, Ready = new LabReadiness { TcpPort = 1, TimeoutSeconds = timeout } };
        var failure = Assert.Throws<LabException>(() => With(service));
        Assert.Contains("'b'", failure.Message);
        Assert.Contains(words, failure.Message);
        Assert.Contains(said, failure.Message);
    }

    [RootFact]
    public void APortTakenTwiceIsNamed()
    {
        var service = new LabService { Kind = LabServiceKind.TcpAccept, Port = 443 };
        var failure = Assert.Throws<LabException>(() => With(service, service));
        Assert.Contains("port 443 of node 'b'", failure.Message);
    }

    private static LabNetwork With(params LabService[] services)
    {
        var pair = Topologies.Pair();
        return LabNetwork.Build(pair with { Nodes = [pair.Nodes[0], pair.Nodes[1] with { Services = services }] });
    }

    private static Socket Connect(LabNetwork network, string address, int port)
    {
        using var inside = NetworkNamespace.Open(network.NamespaceOf("a"));
        var target = IPAddress.Parse(address);
        var socket = inside.Run(() => new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        socket.Connect(target, port);
        return socket;
    }
}
