using System.Runtime.InteropServices;
using System.Text;

namespace PacketPath.Interop;

/// <content>Rings, channels and the driver's own counters.</content>
internal sealed partial class Ethtool
{
    /// <summary>ETHTOOL_GRINGPARAM.</summary>
    public const int GetRings = 0x10;

    /// <summary>ETHTOOL_GSTRINGS.</summary>
    public const int GetStrings = 0x1b;

    /// <summary>ETHTOOL_GSTATS.</summary>
    public const int GetStatistics = 0x1d;

    /// <summary>ETHTOOL_GSSET_INFO.</summary>
    public const int GetStringSetInfo = 0x37;

    /// <summary>ETHTOOL_GCHANNELS.</summary>
    public const int GetChannels = 0x3c;

    /// <summary>ETH_SS_STATS.</summary>
    public const int StatisticsSet = 1;

    /// <summary>ETH_GSTRING_LEN.</summary>
    public const int StringLength = 32;

    /// <summary>sizeof(struct ethtool_ringparam).</summary>
    public const int RingSize = 36;

    /// <summary>sizeof(struct ethtool_channels).</summary>
    public const int ChannelSize = 36;

    private const int StringsHeader = 12;
    private const int StatisticsHeader = 8;
    private const int MostCounters = 1 << 15;

    private readonly Dictionary<(string Interface, int Count), string[]> _names = [];

    /// <summary>The sizes of the receive and transmit rings, now and at most, in packets; null where the device has none.</summary>
    public (uint Receive, uint MostReceive, uint Transmit, uint MostTransmit)? Rings(string interfaceName)
    {
        Span<byte> rings = stackalloc byte[RingSize];
        rings.Clear();
        BitConverter.TryWriteBytes(rings, GetRings);
        if (!Ask(interfaceName, rings))
        {
            return null;
        }

        var words = MemoryMarshal.Cast<byte, uint>(rings);
        return (words[5], words[1], words[8], words[4]);
    }

    /// <summary>The channels in use: receive, transmit, both in one; null where the device does not say.</summary>
    public (uint Receive, uint Transmit, uint Combined)? Channels(string interfaceName)
    {
        Span<byte> channels = stackalloc byte[ChannelSize];
        channels.Clear();
        BitConverter.TryWriteBytes(channels, GetChannels);
        if (!Ask(interfaceName, channels))
        {
            return null;
        }

        var words = MemoryMarshal.Cast<byte, uint>(channels);
        return (words[5], words[6], words[8]);
    }

    /// <summary>The driver's counters by name; empty where it has none.</summary>
    public (string[] Names, ulong[] Values) Statistics(string interfaceName)
    {
        var count = StatisticsCount(interfaceName);
        if (count is 0 or > MostCounters)
        {
            return ([], []);
        }

        if (!_names.TryGetValue((interfaceName, count), out var names))
        {
            names = Names(interfaceName, count);
            _names[(interfaceName, count)] = names;
        }

        // The kernel writes as many as there are by now, whatever was asked: leave room for a driver that has grown meanwhile.
        var buffer = new byte[StatisticsHeader + (Room(count) * sizeof(ulong))];
        BitConverter.TryWriteBytes(buffer, GetStatistics);
        BitConverter.TryWriteBytes(buffer.AsSpan(4), count);
        if (!Ask(interfaceName, buffer) || BitConverter.ToInt32(buffer, 4) != count)
        {
            return ([], []);
        }

        var values = MemoryMarshal.Cast<byte, ulong>(buffer.AsSpan(StatisticsHeader))[..count].ToArray();
        return names.Length == count ? (names, values) : ([], []);
    }

    private static int Room(int count) => (2 * count) + 512;

    private int StatisticsCount(string interfaceName)
    {
        Span<byte> info = stackalloc byte[16 + sizeof(uint)];
        info.Clear();
        BitConverter.TryWriteBytes(info, GetStringSetInfo);
        BitConverter.TryWriteBytes(info[8..], 1UL << StatisticsSet);
        return Ask(interfaceName, info) && BitConverter.ToUInt64(info[8..]) != 0 ? (int)Math.Min(BitConverter.ToUInt32(info[16..]), int.MaxValue) : 0;
    }

    private string[] Names(string interfaceName, int count)
    {
        var buffer = new byte[StringsHeader + (Room(count) * StringLength)];
        BitConverter.TryWriteBytes(buffer, GetStrings);
        BitConverter.TryWriteBytes(buffer.AsSpan(4), StatisticsSet);
        BitConverter.TryWriteBytes(buffer.AsSpan(8), count);
        if (!Ask(interfaceName, buffer) || BitConverter.ToInt32(buffer, 8) != count)
        {
            return [];
        }

        var names = new string[count];
        for (var i = 0; i < count; i++)
        {
            var name = buffer.AsSpan(StringsHeader + (i * StringLength), StringLength);
            var end = name.IndexOf((byte)0);
            names[i] = DisplayText.Clean(Encoding.UTF8.GetString(end < 0 ? name : name[..end]));
        }

        return names;
    }
}
