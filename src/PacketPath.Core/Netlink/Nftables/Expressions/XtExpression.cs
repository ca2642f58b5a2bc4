namespace PacketPath.Netlink.Nftables.Expressions;

/// <summary>A match or target of xtables, as iptables-nft writes it.</summary>
/// <param name="Name">match or target.</param>
/// <param name="Extension">The extension's name.</param>
/// <param name="Revision">Its revision.</param>
/// <param name="Info">Its own struct.</param>
internal sealed record XtExpression(string Name, string Extension, uint Revision, byte[] Info) : NftExpression(Name)
{
    /// <summary>Reads the expression's attributes.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static XtExpression Read(string name, AttributeReader reader)
    {
        var extension = "";
        var revision = 0u;
        byte[] info = [];
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    extension = reader.Text();
                    break;
                case 2:
                    revision = reader.U32BigEndian();
                    break;
                case 3:
                    info = reader.Value.ToArray();
                    break;
            }
        }

        reader.Finish();
        return new XtExpression(name, extension, revision, info);
    }
}
