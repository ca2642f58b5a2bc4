using System.Runtime.InteropServices;
using System.Text;
using PacketPath.Netlink;
using PacketPath.Netlink.Nftables;
using PacketPath.Netlink.Nftables.Expressions;

namespace PacketPath.Firewall;

/// <summary>One rule of legacy iptables (struct ipt_entry, struct ip6t_entry) as expressions of nf_tables: one reader and one evaluator serve both.</summary>
internal sealed class LegacyEntry
{
    private const int NameSize = 16;
    private const int ExtensionHeader = 32;
    private const byte InvertedInput = 0x01;
    private const byte InvertedOutput = 0x02;
    private const byte InvertedSource = 0x08;
    private const byte InvertedDestination = 0x10;
    private const byte InvertedProtocol = 0x40;
    private const byte GotoIPv4 = 0x02;
    private const byte GotoIPv6 = 0x04;

    private readonly List<NftExpression> _expressions = [];

    private LegacyEntry()
    {
    }

    /// <summary>The rule's expressions, the verdict last.</summary>
    public NftExpression[] Expressions => [.. _expressions];

    /// <summary>The target's name; empty for a plain verdict.</summary>
    public string Target { get; private set; } = "";

    /// <summary>Where a jump leads, as an offset into the table; -1 elsewhere.</summary>
    public int JumpOffset { get; private set; } = -1;

    /// <summary>The name an ERROR target gives to the chain that begins behind it; null elsewhere.</summary>
    public string? ChainName { get; private set; }

    /// <summary>How long the entry is.</summary>
    public int Size { get; private set; }

    /// <summary>The verdict; null where a target of its own decides.</summary>
    public NftVerdict? Verdict { get; private set; }

    /// <summary>Reads the entry at the start of the data.</summary>
    /// <param name="data">The entry and what follows it.</param>
    /// <param name="isIPv6">True for struct ip6t_entry.</param>
    /// <param name="jump">The name of the chain at an offset.</param>
    /// <exception cref="NetlinkDecodeException">A length lies.</exception>
    public static LegacyEntry Read(ReadOnlySpan<byte> data, bool isIPv6, Func<int, string?> jump)
    {
        var entry = new LegacyEntry();
        var header = isIPv6 ? 168 : 112;
        if (data.Length < header)
        {
            throw new NetlinkDecodeException($"an iptables entry of {data.Length} bytes");
        }

        var flagsAt = isIPv6 ? 131 : 82;
        var offsetsAt = isIPv6 ? 140 : 88;
        int target = MemoryMarshal.Read<ushort>(data[offsetsAt..]);
        int size = MemoryMarshal.Read<ushort>(data[(offsetsAt + 2)..]);
        if (target < header || size < target + ExtensionHeader || size > data.Length)
        {
            throw new NetlinkDecodeException($"an iptables entry says target {target} and size {size} of {data.Length} bytes");
        }

        entry.Size = size;
        entry.ReadMatchOfHeader(data, isIPv6, data[flagsAt + 1]);
        for (var at = header; at < target;)
        {
            at += entry.ReadExtension(data[at..target], "match");
        }

        var counters = header - 16;
        entry._expressions.Add(new CounterExpression(
            MemoryMarshal.Read<ulong>(data[(counters + 8)..]), MemoryMarshal.Read<ulong>(data[counters..])));
        var isGoto = (data[flagsAt] & (isIPv6 ? GotoIPv6 : GotoIPv4)) != 0;
        entry.ReadTarget(data[target..size], isGoto, jump);
        return entry;
    }

    private void ReadMatchOfHeader(ReadOnlySpan<byte> data, bool isIPv6, byte inverted)
    {
        var address = isIPv6 ? 16 : 4;
        var names = address * 4;
        Interface(data, names, MetaKey.IifName, (inverted & InvertedInput) != 0);
        Interface(data, names + NameSize, MetaKey.OifName, (inverted & InvertedOutput) != 0);
        Address(data[..address], data.Slice(address * 2, address), isIPv6 ? 8u : 12u, isIPv6, (inverted & InvertedSource) != 0);
        Address(data.Slice(address, address), data.Slice(address * 3, address), isIPv6 ? 24u : 16u, isIPv6, (inverted & InvertedDestination) != 0);
        var protocol = MemoryMarshal.Read<ushort>(data[(names + (NameSize * 4))..]);
        if (protocol != 0)
        {
            _expressions.Add(new MetaExpression(1, MetaKey.L4Proto, null));
            Compare((inverted & InvertedProtocol) != 0, [(byte)protocol]);
        }
    }

    private void Interface(ReadOnlySpan<byte> data, int at, MetaKey key, bool inverted)
    {
        var name = data.Slice(at, NameSize);
        var mask = data.Slice(at + (NameSize * 2), NameSize);
        var length = mask.IndexOf((byte)0);
        if (length == 0)
        {
            return;
        }

        // A mask that covers the NUL asks for the whole name, a shorter one for all that begin so.
        var end = name.IndexOf((byte)0);
        var isWhole = length < 0 || (end >= 0 && length > end);
        _expressions.Add(new MetaExpression(1, key, null));
        Compare(inverted, isWhole ? name.ToArray() : name[..length].ToArray());
    }

    private void Address(ReadOnlySpan<byte> address, ReadOnlySpan<byte> mask, uint offset, bool isIPv6, bool inverted)
    {
        if (BitText.IsZero(mask))
        {
            return;
        }

        _expressions.Add(new MetaExpression(1, MetaKey.NfProto, null));
        Compare(false, [isIPv6 ? NftFamily.IPv6 : NftFamily.IPv4]);
        _expressions.Add(new PayloadExpression(1, PayloadBase.Network, offset, (uint)address.Length, null));
        if (!BitText.IsOnes(mask))
        {
            var nothing = new NftData(new byte[mask.Length], null);
            _expressions.Add(new BitwiseExpression(
                1, 1, (uint)mask.Length, new NftData(mask.ToArray(), null), nothing, BitwiseOperator.MaskXor, NftData.None, null));
        }

        Compare(inverted, address.ToArray());
    }

    private void Compare(bool inverted, byte[] data) =>
        _expressions.Add(new CompareExpression(1, inverted ? CompareOperator.NotEqual : CompareOperator.Equal, new NftData(data, null)));

    private int ReadExtension(ReadOnlySpan<byte> data, string kind)
    {
        var size = data.Length < ExtensionHeader ? 0 : MemoryMarshal.Read<ushort>(data);
        if (size < ExtensionHeader || size > data.Length)
        {
            throw new NetlinkDecodeException($"an iptables {kind} says {size} of {data.Length} bytes");
        }

        _expressions.Add(new XtExpression(kind, Name(data), data[ExtensionHeader - 1], data[ExtensionHeader..size].ToArray()));
        return size;
    }

    private static string Name(ReadOnlySpan<byte> extension)
    {
        var name = extension[2..(ExtensionHeader - 1)];
        var end = name.IndexOf((byte)0);
        return DisplayText.Clean(Encoding.UTF8.GetString(end < 0 ? name : name[..end]));
    }

    private void ReadTarget(ReadOnlySpan<byte> data, bool isGoto, Func<int, string?> jump)
    {
        Target = Name(data);
        if (Target == "ERROR")
        {
            ChainName = new XtInfo(data[ExtensionHeader..]).Text(0, 30);
        }

        if (Target.Length > 0)
        {
            ReadExtension(data, "target");
            return;
        }

        var verdict = (int)new XtInfo(data[ExtensionHeader..]).U32(0);
        if (verdict >= 0)
        {
            JumpOffset = verdict;
            Verdict = new NftVerdict(isGoto ? NftVerdictCode.Goto : NftVerdictCode.Jump, jump(verdict) ?? $"offset {verdict}");
        }
        else
        {
            Verdict = new NftVerdict(
                verdict switch { -1 => NftVerdictCode.Drop, -2 => NftVerdictCode.Accept, -4 => NftVerdictCode.Queue, _ => NftVerdictCode.Return },
                null);
        }

        _expressions.Add(new ImmediateExpression(0, new NftData([], Verdict)));
    }
}
