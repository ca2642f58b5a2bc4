namespace PacketPath.Netlink.Nftables;

/// <summary>One rule (NFT_MSG_NEWRULE), its expressions still in bytes.</summary>
internal sealed record RuleMessage
{
    public byte Family { get; private init; }

    public string Table { get; private set; } = "";

    public string Chain { get; private set; } = "";

    public ulong Handle { get; private set; }

    /// <summary>NFTA_RULE_EXPRESSIONS.</summary>
    public byte[] Expressions { get; private set; } = [];

    public string? Comment { get; private set; }

    /// <summary>Reads the message; null where it is of another kind.</summary>
    /// <exception cref="NetlinkDecodeException">It is malformed.</exception>
    public static RuleMessage? Read(in NetlinkMessage message) => Read(message, NameCache.None);

    /// <summary>Reads the message, taking table and chain names from a cache: they repeat from rule to rule.</summary>
    /// <exception cref="NetlinkDecodeException">It is malformed.</exception>
    public static RuleMessage? Read(in NetlinkMessage message, NameCache names)
    {
        if (message.Type != NetfilterMessage.Type(NetfilterMessage.Nftables, NftMessage.NewRule))
        {
            return null;
        }

        var header = message.Fixed(NetfilterMessage.HeaderSize, out var reader);
        var rule = new RuleMessage { Family = header[0] };
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    rule.Table = names.Text(ref reader);
                    break;
                case 2:
                    rule.Chain = names.Text(ref reader);
                    break;
                case 3:
                    rule.Handle = reader.U64BigEndian();
                    break;
                case 4:
                    rule.Expressions = reader.Value.ToArray();
                    break;
                case 7:
                    rule.Comment = NftUserData.Text(reader.Value, NftUserData.Comment);
                    break;
            }
        }

        reader.Finish();
        return rule;
    }
}
