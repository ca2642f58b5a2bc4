using System.Buffers.Binary;

namespace PacketPath.Netlink.Conntrack;

/// <summary>The counters of one CPU, as the kernel keeps them: 32 bits each.</summary>
internal readonly record struct ConntrackCpuCounters
{
    /// <summary>The CPU.</summary>
    public int Cpu { get; init; }

    /// <summary>The counters, by <see cref="ConntrackCounter"/>.</summary>
    public uint[] Values { get; init; }

    /// <summary>One of them.</summary>
    public uint this[ConntrackCounter counter] => Values[(int)counter];

    /// <summary>Decodes IPCTNL_MSG_CT_GET_STATS_CPU.</summary>
    /// <exception cref="NetlinkDecodeException">It is malformed.</exception>
    public static ConntrackCpuCounters Read(in NetlinkMessage message)
    {
        var header = message.Fixed(NetfilterMessage.HeaderSize, out var attributes);
        var values = new uint[(int)ConntrackCounter.Size];
        while (attributes.Next())
        {
            if (CounterOf(attributes.Type) is { } counter)
            {
                values[(int)counter] = attributes.U32BigEndian();
            }
        }

        attributes.Finish();
        return new ConntrackCpuCounters { Cpu = BinaryPrimitives.ReadUInt16BigEndian(header[2..]), Values = values };
    }

    /// <summary>Decodes IPCTNL_MSG_EXP_GET_STATS_CPU.</summary>
    /// <exception cref="NetlinkDecodeException">It is malformed.</exception>
    public static ConntrackCpuCounters ReadExpectations(in NetlinkMessage message)
    {
        var header = message.Fixed(NetfilterMessage.HeaderSize, out var attributes);
        var values = new uint[(int)ConntrackCounter.Size];
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case ConntrackStatsAttribute.ExpectationNew:
                    values[(int)ConntrackCounter.ExpectationNew] = attributes.U32BigEndian();
                    break;
                case ConntrackStatsAttribute.ExpectationCreate:
                    values[(int)ConntrackCounter.ExpectationCreate] = attributes.U32BigEndian();
                    break;
                case ConntrackStatsAttribute.ExpectationDelete:
                    values[(int)ConntrackCounter.ExpectationDelete] = attributes.U32BigEndian();
                    break;
            }
        }

        attributes.Finish();
        return new ConntrackCpuCounters { Cpu = BinaryPrimitives.ReadUInt16BigEndian(header[2..]), Values = values };
    }

    private static ConntrackCounter? CounterOf(ushort attribute) => attribute switch
    {
        ConntrackStatsAttribute.Found => ConntrackCounter.Found,
        ConntrackStatsAttribute.Invalid => ConntrackCounter.Invalid,
        ConntrackStatsAttribute.Insert => ConntrackCounter.Insert,
        ConntrackStatsAttribute.InsertFailed => ConntrackCounter.InsertFailed,
        ConntrackStatsAttribute.Drop => ConntrackCounter.Drop,
        ConntrackStatsAttribute.EarlyDrop => ConntrackCounter.EarlyDrop,
        ConntrackStatsAttribute.Error => ConntrackCounter.Error,
        ConntrackStatsAttribute.SearchRestart => ConntrackCounter.SearchRestart,
        ConntrackStatsAttribute.ClashResolve => ConntrackCounter.ClashResolve,
        ConntrackStatsAttribute.ChainTooLong => ConntrackCounter.ChainTooLong,
        _ => null,
    };
}

/// <summary>The counters of one CPU.</summary>
internal enum ConntrackCounter
{
    Found,
    Invalid,
    Insert,
    InsertFailed,
    Drop,
    EarlyDrop,
    Error,
    SearchRestart,
    ClashResolve,
    ChainTooLong,
    ExpectationNew,
    ExpectationCreate,
    ExpectationDelete,
    Size,
}

/// <summary>IPCTNL_MSG_CT_GET_STATS, decoded: how full the table is.</summary>
internal readonly record struct ConntrackTableMessage(uint Entries, uint? Max)
{
    /// <summary>Decodes a message.</summary>
    /// <exception cref="NetlinkDecodeException">It is malformed.</exception>
    public static ConntrackTableMessage Read(in NetlinkMessage message)
    {
        message.Fixed(NetfilterMessage.HeaderSize, out var attributes);
        uint entries = 0;
        uint? max = null;
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case ConntrackStatsAttribute.GlobalEntries:
                    entries = attributes.U32BigEndian();
                    break;
                case ConntrackStatsAttribute.GlobalMax:
                    max = attributes.U32BigEndian();
                    break;
            }
        }

        attributes.Finish();
        return new ConntrackTableMessage(entries, max);
    }
}
