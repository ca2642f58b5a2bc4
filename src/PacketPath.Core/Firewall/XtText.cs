using PacketPath.Netlink.Nftables.Expressions;

namespace PacketPath.Firewall;

/// <summary>An xtables match or target in words.</summary>
/// <param name="Text">The words; empty where it adds nothing.</param>
/// <param name="Verdict">The verdict of a target that ends the rule; null elsewhere.</param>
/// <param name="Comment">The text of a comment; null elsewhere.</param>
/// <param name="IsDecoded">False where the words are only a name and bytes.</param>
internal readonly record struct XtReading(string Text, string? Verdict = null, string? Comment = null, bool IsDecoded = true);

/// <summary>Reads xtables extensions: the usual ones in the words of nft, any other by name and bytes.</summary>
internal static class XtText
{
    /// <summary>Reads an extension.</summary>
    /// <param name="xt">The extension.</param>
    /// <param name="isIPv6">True in the tables of IPv6.</param>
    public static XtReading Read(XtExpression xt, bool isIPv6)
    {
        var reading = xt.Name == "match" ? XtMatchText.Read(xt) : XtTargetText.Read(xt, isIPv6);
        return reading ?? new XtReading(
            $"xt {xt.Name} \"{xt.Extension}\" revision {xt.Revision} {StatefulText.Bytes(xt.Info)}", IsDecoded: false);
    }
}
