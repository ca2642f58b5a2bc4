using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace PacketPath.Labs;

/// <summary>
/// Fills connection tracking of a node with flows: of each, the three segments of a handshake cross the node's loopback, so that it is
/// established and is not thrown out of a full table. The node must track, and must drop what comes to these ports on <c>lo</c>: a
/// RST would end the flow.
/// </summary>
internal sealed class TrackedFlowsService : IDisposable
{
    private const int FirstPort = 20000;
    private const int FirstFarPort = 19000;
    private const int Ports = 40000;
    private const int TcpHeaderSize = 20;
    private const byte Syn = 0x02;
    private const byte Ack = 0x10;
    private const string Folder = "/proc/sys/net/netfilter/";

    /// <summary>Sends the flows; called on a thread inside the node's namespace.</summary>
    public TrackedFlowsService(LabService service)
    {
        var wanted = Read("nf_conntrack_max") * service.Percent / 100;
        using var raw = new Socket(
            service.Address is null || IPAddress.Parse(service.Address).AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork
                ? System.Net.Sockets.AddressFamily.InterNetwork
                : System.Net.Sockets.AddressFamily.InterNetworkV6,
            SocketType.Raw,
            ProtocolType.Raw);
        var address = raw.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? IPAddress.Loopback : IPAddress.IPv6Loopback;
        if (raw.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork)
        {
            raw.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.HeaderIncluded, true);
        }

        raw.SendBufferSize = 1 << 20;
        var packet = Template(address);
        var place = new IPEndPoint(address, 0).Serialize();
        try
        {
            Fill(raw, packet, place, wanted);
        }
        catch (SocketException full) when (full.SocketErrorCode == SocketError.AccessDenied)
        {
            // EPERM: other flows of the node took their share, and there is no room for one more.
        }

        var tracked = Read("nf_conntrack_count");
        if (tracked < wanted)
        {
            throw new LabException(
                string.Create(CultureInfo.InvariantCulture, $"Of {wanted} flows only {tracked} are tracked."),
                "The node needs a rule that tests ct, and one that drops what comes in on lo to the ports 19000 to 59999.");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The flows go with the node.
    }

    // Some clash in the hash and are not taken: others make up for them.
    private static void Fill(Socket raw, byte[] packet, SocketAddress place, long wanted)
    {
        var flow = 0;
        while (flow < wanted * 2 && wanted - Read("nf_conntrack_count") is > 0 and var rest)
        {
            for (var last = flow + rest; flow < last; flow++)
            {
                var near = FirstPort + (flow % Ports);
                var far = FirstFarPort + (flow / Ports);
                raw.SendTo(Segment(packet, near, far, Syn, 0, 0), SocketFlags.None, place);
                raw.SendTo(Segment(packet, far, near, Syn | Ack, 0, 1), SocketFlags.None, place);
                raw.SendTo(Segment(packet, near, far, Ack, 1, 1), SocketFlags.None, place);
            }
        }
    }

    private static long Read(string setting) =>
        long.Parse(File.ReadAllText(Folder + setting), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);

    private static byte[] Template(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        var isIPv4 = bytes.Length == 4;
        var header = isIPv4 ? 20 : 40;
        var packet = new byte[header + TcpHeaderSize];
        if (isIPv4)
        {
            packet[0] = 0x45;
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
            packet[8] = 64;
            packet[9] = 6;
            bytes.CopyTo(packet, 12);
            bytes.CopyTo(packet, 16);
        }
        else
        {
            packet[0] = 0x60;
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), TcpHeaderSize);
            packet[6] = 6;
            packet[7] = 64;
            bytes.CopyTo(packet, 8);
            bytes.CopyTo(packet, 24);
        }

        var tcp = packet.AsSpan(header);
        tcp[12] = 0x50;
        BinaryPrimitives.WriteUInt16BigEndian(tcp[14..], 65535);
        return packet;
    }

    private static byte[] Segment(byte[] packet, int from, int to, byte flags, uint sequence, uint acknowledged)
    {
        var header = packet.Length - TcpHeaderSize;
        var tcp = packet.AsSpan(header);
        BinaryPrimitives.WriteUInt16BigEndian(tcp, (ushort)from);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[2..], (ushort)to);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[4..], sequence);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[8..], acknowledged);
        tcp[13] = flags;
        tcp[16] = tcp[17] = 0;
        uint sum = 6 + TcpHeaderSize;
        for (var i = header == 20 ? 12 : 8; i < packet.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(i));
        }

        sum = (sum & 0xffff) + (sum >> 16);
        sum = (sum & 0xffff) + (sum >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[16..], (ushort)~sum);
        return packet;
    }
}
