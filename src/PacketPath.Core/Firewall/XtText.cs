using PacketPath.Netlink.Nftables.Expressions;

namespace PacketPath.Firewall;

/// <summary>An xtables match or target in words.</summary>
/// <param name="Text">The words.</param>
/// <param name="Verdict">The verdict of a target that ends the rule; null elsewhere.</param>
internal readonly record struct XtReading(string Text, string? Verdict);

/// <summary>Reads xtables extensions: the usual ones in the words of nft, any other by name and bytes.</summary>
internal static class XtText
{
    /// <summary>Reads an extension.</summary>
    public static XtReading Read(XtExpression xt) => new(
        $"xt {xt.Name} \"{xt.Extension}\" revision {xt.Revision} 0x{Convert.ToHexString(xt.Info).ToLowerInvariant()}", null);
}
