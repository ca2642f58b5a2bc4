namespace PacketPath.Netlink.Nftables;

/// <summary>Takes elements out of a message as bytes, to be read when they are needed.</summary>
internal static class SetElementData
{
    private const ushort ElementsAttribute = 3;

    /// <summary>The elements of one message (NFT_MSG_NEWSETELEM) as bytes; null where it is of another kind.</summary>
    /// <exception cref="NetlinkDecodeException">It is malformed.</exception>
    public static byte[]? Read(in NetlinkMessage message)
    {
        if (message.Type != NetfilterMessage.Type(NetfilterMessage.Nftables, NftMessage.NewSetElement))
        {
            return null;
        }

        message.Fixed(NetfilterMessage.HeaderSize, out var reader);
        byte[] elements = [];
        while (reader.Next())
        {
            if (reader.Type == ElementsAttribute)
            {
                elements = reader.Value.ToArray();
            }
        }

        reader.Finish();
        return elements;
    }

    /// <summary>Puts the parts of a dump one after another.</summary>
    public static byte[] Join(IReadOnlyList<byte[]> parts)
    {
        if (parts.Count == 1)
        {
            return parts[0];
        }

        var result = new byte[parts.Sum(static part => part.Length)];
        var start = 0;
        foreach (var part in parts)
        {
            part.CopyTo(result, start);
            start += part.Length;
        }

        return result;
    }
}
