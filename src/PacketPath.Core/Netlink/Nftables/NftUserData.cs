using System.Text;

namespace PacketPath.Netlink.Nftables;

/// <summary>What nft keeps beside an object for itself: one-byte type, one-byte length, value.</summary>
internal static class NftUserData
{
    /// <summary>NFTNL_UDATA_RULE_COMMENT, NFTNL_UDATA_SET_ELEM_COMMENT, NFTNL_UDATA_TABLE_COMMENT, NFTNL_UDATA_CHAIN_COMMENT.</summary>
    public const byte Comment = 0;

    /// <summary>NFTNL_UDATA_SET_COMMENT.</summary>
    public const byte SetComment = 7;

    /// <summary>The entry of a type; empty where there is none. A length that lies ends the search.</summary>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> data, byte type)
    {
        while (data.Length >= 2)
        {
            int length = data[1];
            if (length > data.Length - 2)
            {
                return default;
            }

            if (data[0] == type)
            {
                return data.Slice(2, length);
            }

            data = data[(2 + length)..];
        }

        return default;
    }

    /// <summary>A text entry; null where there is none.</summary>
    public static string? Text(ReadOnlySpan<byte> data, byte type)
    {
        var value = Find(data, type);
        var end = value.IndexOf((byte)0);
        value = end < 0 ? value : value[..end];
        return value.IsEmpty ? null : DisplayText.Clean(Encoding.UTF8.GetString(value));
    }
}
