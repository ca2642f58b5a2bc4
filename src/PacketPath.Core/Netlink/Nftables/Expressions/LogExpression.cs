namespace PacketPath.Netlink.Nftables.Expressions;

/// <summary>What a log line tells besides the packet (NF_LOG_*).</summary>
[Flags]
internal enum LogFlag : uint
{
    None = 0,
    TcpSequence = 0x01,
    TcpOptions = 0x02,
    IpOptions = 0x04,
    Uid = 0x08,
    MacDecode = 0x20,
    All = 0x2f,
}

/// <summary>Writes the packet to the log.</summary>
internal sealed record LogExpression(ushort? Group, string? Prefix, uint SnapLength, ushort QueueThreshold, uint? Level, LogFlag Flags) : NftExpression("log")
{
    /// <summary>Reads the expression's attributes.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static LogExpression Read(AttributeReader reader)
    {
        ushort? group = null;
        string? prefix = null;
        uint snapLength = 0;
        ushort queueThreshold = 0;
        uint? level = null;
        LogFlag flags = 0;
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    group = reader.U16BigEndian();
                    break;
                case 2:
                    prefix = reader.Text();
                    break;
                case 3:
                    snapLength = reader.U32BigEndian();
                    break;
                case 4:
                    queueThreshold = reader.U16BigEndian();
                    break;
                case 5:
                    level = reader.U32BigEndian();
                    break;
                case 6:
                    flags = (LogFlag)reader.U32BigEndian();
                    break;
            }
        }

        reader.Finish();
        return new LogExpression(group, prefix, snapLength, queueThreshold, level, flags);
    }
}
