using System.Buffers.Binary;
using System.Net;
using System.Text;
using PacketPath.Netlink.Nftables;
using PacketPath.Netlink.Nftables.Expressions;

namespace PacketPath.Firewall;

/// <summary>What is known of a flow's first packet at one hook.</summary>
internal sealed class FlowPacket
{
    private const int IPv4Header = 20;
    private const int IPv6Header = 40;
    private const int TransportHeader = 20;
    private const int PortsLength = 4;
    private const int TcpFlagsOffset = 13;
    private const byte Syn = 0x02;

    private const int ConntrackPriority = -200;

    private readonly FirewallFlow _flow;
    private readonly FlowState _state;
    private readonly string _hook;
    private readonly bool _isTracked;
    private readonly FlowBits _network;
    private readonly FlowBits _transport;

    /// <summary>Puts together what the flow says.</summary>
    /// <param name="flow">The flow.</param>
    /// <param name="hook">The hook.</param>
    /// <param name="state">What the hooks before made of the packet; null at the first.</param>
    /// <param name="priority">The chain's priority: connection tracking sees the packet at -200.</param>
    public FlowPacket(FirewallFlow flow, string hook, FlowState? state = null, int priority = 0)
    {
        _flow = flow;
        _state = state ?? FlowState.Of(flow);
        _hook = hook;
        _isTracked = priority > ConntrackPriority || hook is not ("output" or "prerouting" or "ingress");
        var destination = Parse(_state.Destination);
        var source = Parse(_state.Source);
        Family = (destination ?? source ?? Parse(flow.Destination) ?? Parse(flow.Source))?.Length switch { 4 => NftFamily.IPv4, 16 => NftFamily.IPv6, _ => NftFamily.Unspecified };
        _network = Network(source, destination);
        _transport = Transport();
    }

    /// <summary>The packet's family; unspecified where no address is known.</summary>
    public byte Family { get; }

    /// <summary>The protocol's number; null where it is not known.</summary>
    public byte? Protocol => _flow.Protocol == TransportProtocol.Any ? null : (byte)_flow.Protocol;

    /// <summary>The user whose packet it is; null where it is not known.</summary>
    public long? User => _flow.Direction == FlowDirection.Output ? _flow.Uid : null;

    public int? SourcePort => _state.SourcePort;

    public int? DestinationPort => _state.DestinationPort;

    /// <summary>The bit of nft's ct state; null where it is not known.</summary>
    public uint? State => (_isTracked ? _state.ConntrackState : Untracked)?.ToLowerInvariant() switch
    {
        "invalid" => 1,
        "established" => 2,
        "related" => 4,
        "new" => 8,
        "untracked" => 64,
        _ => null,
    };

    // Before connection tracking a packet has no connection, which counts as invalid; over loopback it brings that of the way out.
    private string? Untracked => _state.ConntrackState == "untracked" ? "untracked"
        : _hook == "output" || _flow.InputInterface is not (null or "lo") ? "invalid" : null;

    /// <summary>Bytes of the packet.</summary>
    public FlowBits Load(PayloadExpression payload)
    {
        var length = (int)Math.Min(payload.Length, 64);
        return payload.Base switch
        {
            PayloadBase.Network => Slice(_network, payload.Offset, length),
            PayloadBase.Transport => Slice(_transport, payload.Offset, length),
            _ => FlowBits.Unknown(length),
        };
    }

    /// <summary>A meta key's value.</summary>
    public FlowBits Meta(MetaKey key) => key switch
    {
        MetaKey.NfProto when Family != 0 => FlowBits.Of([Family]),
        MetaKey.Protocol when Family != 0 => FlowBits.Of(Family == NftFamily.IPv4 ? [0x08, 0x00] : [0x86, 0xdd]),
        MetaKey.L4Proto when Protocol is { } protocol => FlowBits.Of([protocol]),
        MetaKey.IifName => Interface(_flow.InputInterface, isAbsent: _hook is "output"),
        MetaKey.OifName => Interface(_state.OutputInterface, isAbsent: _hook is "input" or "prerouting" or "ingress"),
        MetaKey.Mark => _state.Mark,
        MetaKey.SkUid when User is { } user => FlowBits.Of(BitConverter.GetBytes((uint)user)),
        _ => FlowBits.Unknown(Math.Max(1, KeyNames.Meta(key).Bytes)),
    };

    /// <summary>A connection tracking key's value.</summary>
    public FlowBits Conntrack(ConntrackExpression ct) => ct.Key switch
    {
        ConntrackKey.State when State is { } state => FlowBits.Of(BitConverter.GetBytes(state)),
        ConntrackKey.Mark when _isTracked => _state.ConntrackMark,
        ConntrackKey.Direction when _isTracked && _state.ConntrackState is "new" => FlowBits.Of([0]),
        ConntrackKey.L3Protocol when Family != 0 => FlowBits.Of([Family]),
        ConntrackKey.Protocol when Protocol is { } protocol => FlowBits.Of([protocol]),
        _ => FlowBits.Unknown(KeyNames.Conntrack(ct.Key, ct.Direction, Family).Bytes),
    };

    /// <summary>What a FIB lookup answers: only that a packet on its way in is for an address of this host.</summary>
    public FlowBits Fib(FibExpression fib)
    {
        const uint local = 2;
        var isOwn = fib.Result == FibResult.AddressType && fib.Flags == FibFlag.Destination && _flow.Direction == FlowDirection.Input;
        return isOwn && _hook == "input" ? FlowBits.Of(BitConverter.GetBytes(local)) : FlowBits.Unknown(KeyNames.Fib(fib).Bytes);
    }

    private static byte[]? Parse(string? text) =>
        text is not null && IPAddress.TryParse(text.Split('%')[0], out var address) ? address.GetAddressBytes() : null;

    private static FlowBits Slice(FlowBits header, uint offset, int length)
    {
        var result = FlowBits.Unknown(length);
        for (var i = 0; i < length && offset + i < header.Length; i++)
        {
            result.Value[i] = header.Value[(int)offset + i];
            result.Known[i] = header.Known[(int)offset + i];
        }

        return result;
    }

    private static FlowBits Interface(string? name, bool isAbsent)
    {
        const int size = 16;
        if (isAbsent)
        {
            return FlowBits.Of(new byte[size]);
        }

        if (name is null || Encoding.UTF8.GetByteCount(name) >= size)
        {
            return FlowBits.Unknown(size);
        }

        var value = new byte[size];
        Encoding.UTF8.GetBytes(name, value);
        return FlowBits.Of(value);
    }

    private static void Put(FlowBits header, int offset, ReadOnlySpan<byte> value)
    {
        value.CopyTo(header.Value.AsSpan(offset));
        header.Known.AsSpan(offset, value.Length).Fill(0xff);
    }

    private FlowBits Network(byte[]? source, byte[]? destination)
    {
        var isIPv4 = Family == NftFamily.IPv4;
        var header = FlowBits.Unknown(isIPv4 ? IPv4Header : IPv6Header);
        if (Family == NftFamily.Unspecified)
        {
            return header;
        }

        header.Value[0] = isIPv4 ? (byte)0x40 : (byte)0x60;
        header.Known[0] = 0xf0;
        if (Protocol is { } protocol)
        {
            Put(header, isIPv4 ? 9 : 6, [protocol]);
        }

        var length = isIPv4 ? 4 : 16;
        if (source?.Length == length)
        {
            Put(header, isIPv4 ? 12 : 8, source);
        }

        if (destination?.Length == length)
        {
            Put(header, isIPv4 ? 16 : 24, destination);
        }

        return header;
    }

    private FlowBits Transport()
    {
        var header = FlowBits.Unknown(TransportHeader);
        if (_flow.Protocol is not (TransportProtocol.Tcp or TransportProtocol.Udp or TransportProtocol.Sctp))
        {
            return header;
        }

        Span<byte> port = stackalloc byte[PortsLength / 2];
        if (_state.SourcePort is { } source)
        {
            BinaryPrimitives.WriteUInt16BigEndian(port, (ushort)source);
            Put(header, 0, port);
        }

        if (_state.DestinationPort is { } destination)
        {
            BinaryPrimitives.WriteUInt16BigEndian(port, (ushort)destination);
            Put(header, 2, port);
        }

        if (_flow is { Protocol: TransportProtocol.Tcp, ConntrackState: "new" })
        {
            // The first packet of a TCP connection is a SYN; ECN may be set besides.
            header.Value[TcpFlagsOffset] = Syn;
            header.Known[TcpFlagsOffset] = 0x3f;
        }

        return header;
    }
}
