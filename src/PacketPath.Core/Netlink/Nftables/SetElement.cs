using PacketPath.Netlink.Nftables.Expressions;

namespace PacketPath.Netlink.Nftables;

/// <summary>One element of a set or map.</summary>
internal sealed class SetElement
{
    private const uint IntervalEndFlag = 1;
    private const uint CatchAllFlag = 2;

    public byte[] Key { get; private set; } = [];

    /// <summary>The key's inclusive end, in a concatenation of intervals; null elsewhere.</summary>
    public byte[]? KeyEnd { get; private set; }

    public NftData Data { get; private set; } = NftData.None;

    /// <summary>True where the key is the first one after an interval.</summary>
    public bool IsIntervalEnd { get; private set; }

    /// <summary>True for the element that stands for every key not listed.</summary>
    public bool IsCatchAll { get; private set; }

    /// <summary>0 where the element has none of its own.</summary>
    public ulong TimeoutMilliseconds { get; private set; }

    public ulong ExpiresMilliseconds { get; private set; }

    public string? ObjectName { get; private set; }

    public string? Comment { get; private set; }

    public NftExpression[] Expressions { get; private set; } = [];

    /// <summary>Reads elements one after another (NFTA_SET_ELEM_LIST_ELEMENTS).</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static SetElement[] ReadList(ReadOnlySpan<byte> data)
    {
        var elements = new List<SetElement>();
        var reader = new AttributeReader(data);
        while (reader.Next())
        {
            elements.Add(ReadOne(reader.Nested()));
        }

        reader.Finish();
        return [.. elements];
    }

    private static SetElement ReadOne(AttributeReader reader)
    {
        var element = new SetElement();
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    element.Key = NftData.Read(reader.Nested()).Value;
                    break;
                case 2:
                    element.Data = NftData.Read(reader.Nested());
                    break;
                case 3:
                    var flags = reader.U32BigEndian();
                    element.IsIntervalEnd = (flags & IntervalEndFlag) != 0;
                    element.IsCatchAll = (flags & CatchAllFlag) != 0;
                    break;
                case 4:
                    element.TimeoutMilliseconds = reader.U64BigEndian();
                    break;
                case 5:
                    element.ExpiresMilliseconds = reader.U64BigEndian();
                    break;
                case 6:
                    element.Comment = NftUserData.Text(reader.Value, NftUserData.Comment);
                    break;
                case 7:
                    element.Expressions = [ExpressionReader.ReadOne(reader.Nested())];
                    break;
                case 9:
                    element.ObjectName = reader.Text();
                    break;
                case 10:
                    element.KeyEnd = NftData.Read(reader.Nested()).Value;
                    break;
                case 11:
                    element.Expressions = ExpressionReader.ReadList(reader.Value);
                    break;
            }
        }

        reader.Finish();
        return element;
    }
}
