namespace PacketPath.Netlink.Nftables.Expressions;

/// <summary>Reads expressions: the name says which kind, the kind reads its own attributes.</summary>
internal static class ExpressionReader
{
    private const ushort NameAttribute = 1;
    private const ushort DataAttribute = 2;

    /// <summary>Reads a list of expressions (NFTA_RULE_EXPRESSIONS).</summary>
    /// <exception cref="NetlinkDecodeException">It is malformed.</exception>
    public static NftExpression[] ReadList(ReadOnlySpan<byte> data)
    {
        var count = 0;
        var counter = new AttributeReader(data);
        while (counter.Next())
        {
            count++;
        }

        counter.Finish();
        var list = new NftExpression[count];
        var reader = new AttributeReader(data);
        for (var i = 0; i < count && reader.Next(); i++)
        {
            list[i] = ReadOne(reader.Nested());
        }

        return list;
    }

    /// <summary>Reads one expression: its name and its data.</summary>
    /// <exception cref="NetlinkDecodeException">It is malformed.</exception>
    public static NftExpression ReadOne(AttributeReader reader)
    {
        ReadOnlySpan<byte> name = default;
        ReadOnlySpan<byte> data = default;
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case NameAttribute:
                    name = reader.Value;
                    break;
                case DataAttribute:
                    data = reader.Value;
                    break;
            }
        }

        reader.Finish();
        var end = name.IndexOf((byte)0);
        return Read(end < 0 ? name : name[..end], data);
    }

    private static NftExpression Read(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        var reader = new AttributeReader(data);
        return name switch
        {
            _ when name.SequenceEqual("payload"u8) => PayloadExpression.Read(reader),
            _ when name.SequenceEqual("cmp"u8) => CompareExpression.Read(reader),
            _ when name.SequenceEqual("meta"u8) => MetaExpression.Read(reader),
            _ when name.SequenceEqual("immediate"u8) => ImmediateExpression.Read(reader),
            _ when name.SequenceEqual("counter"u8) => CounterExpression.Read(reader),
            _ when name.SequenceEqual("lookup"u8) => LookupExpression.Read(reader),
            _ when name.SequenceEqual("bitwise"u8) => BitwiseExpression.Read(reader),
            _ when name.SequenceEqual("ct"u8) => ConntrackExpression.Read(reader),
            _ when name.SequenceEqual("range"u8) => RangeExpression.Read(reader),
            _ when name.SequenceEqual("byteorder"u8) => ByteOrderExpression.Read(reader),
            _ when name.SequenceEqual("limit"u8) => LimitExpression.Read(reader),
            _ when name.SequenceEqual("log"u8) => LogExpression.Read(reader),
            _ when name.SequenceEqual("nat"u8) => NatExpression.ReadNat(reader),
            _ when name.SequenceEqual("masq"u8) => NatExpression.ReadMasquerade(reader),
            _ when name.SequenceEqual("redir"u8) => NatExpression.ReadRedirect(reader),
            _ when name.SequenceEqual("tproxy"u8) => NatExpression.ReadTransparentProxy(reader),
            _ when name.SequenceEqual("reject"u8) => RejectExpression.Read(reader),
            _ when name.SequenceEqual("quota"u8) => QuotaExpression.Read(reader),
            _ when name.SequenceEqual("connlimit"u8) => ConnectionLimitExpression.Read(reader),
            _ when name.SequenceEqual("last"u8) => LastExpression.Read(reader),
            _ when name.SequenceEqual("fib"u8) => FibExpression.Read(reader),
            _ when name.SequenceEqual("rt"u8) => RouteExpression.Read(reader),
            _ when name.SequenceEqual("socket"u8) => SocketExpression.Read(reader),
            _ when name.SequenceEqual("xfrm"u8) => IpsecExpression.Read(reader),
            _ when name.SequenceEqual("osf"u8) => OsFingerprintExpression.Read(reader),
            _ when name.SequenceEqual("numgen"u8) => NumberGeneratorExpression.Read(reader),
            _ when name.SequenceEqual("hash"u8) => HashExpression.Read(reader),
            _ when name.SequenceEqual("exthdr"u8) => ExtensionHeaderExpression.Read(reader),
            _ when name.SequenceEqual("objref"u8) => ObjectReferenceExpression.Read(reader),
            _ when name.SequenceEqual("dynset"u8) => DynamicSetExpression.Read(reader),
            _ when name.SequenceEqual("notrack"u8) => new NoTrackExpression(),
            _ when name.SequenceEqual("queue"u8) => QueueExpression.Read(reader),
            _ when name.SequenceEqual("dup"u8) => CopyExpression.ReadDuplicate(reader),
            _ when name.SequenceEqual("fwd"u8) => CopyExpression.ReadForward(reader),
            _ when name.SequenceEqual("synproxy"u8) => SynProxyExpression.Read(reader),
            _ when name.SequenceEqual("flow_offload"u8) => FlowOffloadExpression.Read(reader),
            _ when name.SequenceEqual("match"u8) => XtExpression.Read("match", reader),
            _ when name.SequenceEqual("target"u8) => XtExpression.Read("target", reader),
            _ => new UnknownExpression(DisplayText.Clean(System.Text.Encoding.UTF8.GetString(name)), data.ToArray()),
        };
    }
}
