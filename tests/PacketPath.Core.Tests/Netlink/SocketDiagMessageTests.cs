using PacketPath.HostState;
using PacketPath.Netlink;
using PacketPath.Netlink.Nftables;
using PacketPath.Netlink.SocketDiag;

namespace PacketPath.Core.Tests.Netlink;

public class SocketDiagMessageTests
{
    private static Dictionary<(int Local, int Remote), SocketDiagMessage> Read(string file)
    {
        var found = new Dictionary<(int, int), SocketDiagMessage>();
        foreach (var bytes in NetlinkData.Messages(file))
        {
            ReadOnlySpan<byte> data = bytes;
            var message = NetlinkMessage.Take(ref data);
            if (message.Type == SocketDiagMessageType.ByFamily)
            {
                var socket = SocketDiagMessage.Read(message, NameCache.None, new SocketDetailStore());
                found.Add((socket.SourcePort, socket.DestinationPort), socket);
            }
        }

        return found;
    }

    [Fact]
    public void TcpOverIPv4()
    {
        var sockets = Read("socket-tcp-v4.hex");

        var listener = sockets[(8080, 0)];
        Assert.Equal((byte)SocketState.Listen, listener.State);
        Assert.Equal("127.0.0.1", IpBits.Text(listener.Source, listener.Family));
        Assert.Equal((1u, 7u), (listener.ReceiveQueue, listener.SendQueue));
        Assert.Equal("bbr", listener.Congestion);

        var client = sockets[(40000, 8080)];
        Assert.Equal((byte)SocketState.Established, client.State);
        Assert.Equal(0x2au, client.Mark);
        Assert.Equal((byte)0x10, client.TypeOfService);
        Assert.Equal(1000, client.Details.TcpInfo()!.BytesSent);
        Assert.Equal(1001, client.Details.TcpInfo()!.BytesAcknowledged);
        Assert.Equal(0.019, client.Details.TcpInfo()!.RttMilliseconds);
        Assert.Equal(0.01, client.Details.TcpInfo()!.RttVariationMilliseconds);
        Assert.Equal(204, client.Details.TcpInfo()!.RtoMilliseconds);
        Assert.Equal((11, 35328, 65535), (client.Details.TcpInfo()!.CongestionWindow, client.Details.TcpInfo()!.SendMss, client.Details.TcpInfo()!.PathMtu));
        Assert.Equal((3, 2, 1), (client.Details.TcpInfo()!.SegmentsOut, client.Details.TcpInfo()!.SegmentsIn, client.Details.TcpInfo()!.DataSegmentsOut));
        Assert.Equal(70656, client.Details.TcpInfo()!.PeerWindowBytes);
        Assert.Equal((10, 10), (client.Details.TcpInfo()!.SendWindowScale, client.Details.TcpInfo()!.ReceiveWindowScale));
        Assert.Equal(["Timestamps", "Sack", "WindowScale"], client.Details.TcpInfo()!.Options);
        Assert.Null(client.Details.TcpInfo()!.SlowStartThreshold);
        Assert.True(client.Details.TcpInfo()!.DeliveryIsApplicationLimited);

        var server = sockets[(8080, 40000)];
        Assert.Equal(1000u, server.ReceiveQueue);
        Assert.Equal(1000, server.Details.TcpInfo()!.BytesReceived);
        Assert.Equal(131072, server.Details.Memory()!.ReceiveLimitBytes);
        Assert.InRange(server.Details.Memory()!.ReceiveBytes, 1000, 131072);
        Assert.NotEqual(0u, server.Inode);
        Assert.Equal(0u, sockets[(8080, 40001)].Inode);

        var stuck = sockets[(40010, 443)];
        Assert.Equal((byte)SocketState.SynSent, stuck.State);
        Assert.Equal(((byte)SocketTimer.Retransmit, (byte)1), (stuck.Timer, stuck.Retransmits));
        Assert.InRange(stuck.Expires, 1u, 2000u);
        Assert.Equal("10.1.0.9", IpBits.Text(stuck.Destination, stuck.Family));
        Assert.Equal(1, stuck.Details.TcpInfo()!.LostSegments);
    }

    [Fact]
    public void TcpOverIPv6()
    {
        var sockets = Read("socket-tcp-v6.hex");
        Assert.Equal((byte)1, sockets[(443, 0)].Ipv6Only);
        Assert.Equal((byte)0, sockets[(444, 0)].Ipv6Only);
        Assert.Equal((1u, 2u), (sockets[(444, 0)].ReceiveQueue, sockets[(444, 0)].SendQueue));
        Assert.Equal("::", IpBits.Text(sockets[(443, 0)].Source, IpBits.IPv6));
        Assert.Equal("::ffff:127.0.0.1", IpBits.Text(sockets[(40002, 444)].Source, IpBits.IPv6));
    }

    [Fact]
    public void Udp()
    {
        var bound = Assert.Single(Read("socket-udp-v4.hex")).Value;
        Assert.Equal((byte)SocketState.Unconnected, bound.State);
        Assert.Equal((1, (ushort)5353), (bound.InterfaceIndex, bound.SourcePort));
        Assert.Equal(1, bound.Options & 1);
        Assert.Equal(212992, bound.Details.Memory()!.ReceiveLimitBytes);
        Assert.Null(bound.Details.TcpInfo());

        var connected = Assert.Single(Read("socket-udp-v6.hex")).Value;
        Assert.Equal((byte)SocketState.Established, connected.State);
        Assert.Equal("::1", IpBits.Text(connected.Destination, connected.Family));
        Assert.Equal(5300, connected.DestinationPort);
    }

    [Theory]
    [InlineData("   0: 0100007F:1F90 00000000:0000 0A 00000000:00000001 00:00000000 00000000     0        0 2886039 2 00000000292491c8 100 0 0 10 0", "127.0.0.1", 8080, "0.0.0.0", 0, 10, 1u, 2886039u)]
    [InlineData("   5: 0100010A:9C4A 0900010A:01BB 02 00000001:00000000 01:00000031 00000001     7        0 2886048 2 00000000116c025b 100 0 0 1 -1", "10.1.0.1", 40010, "10.1.0.9", 443, 2, 0u, 2886048u)]
    public void ALineOfProc(string line, string local, int localPort, string remote, int remotePort, int state, uint receiveQueue, uint inode)
    {
        var socket = ProcSockets.Parse(line, IpBits.IPv4)!.Value;
        Assert.Equal((local, localPort), (IpBits.Text(socket.Source, 2), (int)socket.SourcePort));
        Assert.Equal((remote, remotePort), (IpBits.Text(socket.Destination, 2), (int)socket.DestinationPort));
        Assert.Equal((state, receiveQueue, inode), (socket.State, socket.ReceiveQueue, socket.Inode));
        for (var length = 0; length < 90; length++)
        {
            // Cut off anywhere, it is read or refused, never an exception.
            _ = ProcSockets.Parse(line[..length], IpBits.IPv4);
            _ = ProcSockets.Parse(line[..length], IpBits.IPv6);
        }
    }
}
