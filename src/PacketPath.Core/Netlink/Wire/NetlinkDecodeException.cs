namespace PacketPath.Netlink;

/// <summary>A netlink message does not have the shape it must have: a length that lies, or an attribute of the wrong size.</summary>
public sealed class NetlinkDecodeException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong.</param>
    public NetlinkDecodeException(string message)
        : base("malformed netlink message: " + message)
    {
    }
}
