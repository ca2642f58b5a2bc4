using System.Buffers.Binary;

namespace PacketPath.Netlink.Nftables;

/// <summary>What a rule or a map entry does with a packet.</summary>
/// <param name="Code">The verdict.</param>
/// <param name="Chain">The chain jumped to; null for other verdicts.</param>
internal sealed record NftVerdict(int Code, string? Chain)
{
    /// <summary>The verdict's word.</summary>
    public string Word => Code switch
    {
        NftVerdictCode.Drop => "drop",
        NftVerdictCode.Accept => "accept",
        NftVerdictCode.Queue => "queue",
        NftVerdictCode.Continue => "continue",
        NftVerdictCode.Break => "break",
        NftVerdictCode.Jump => "jump",
        NftVerdictCode.Goto => "goto",
        NftVerdictCode.Return => "return",
        _ => $"verdict {Code}",
    };

    /// <summary>The verdict as nft writes it.</summary>
    public string Text => Chain is null ? Word : $"{Word} {Chain}";
}

/// <summary>A value or a verdict (NFTA_DATA_*).</summary>
/// <param name="Value">The bytes, as a register holds them; empty for a verdict.</param>
/// <param name="Verdict">The verdict; null for a value.</param>
internal readonly record struct NftData(byte[] Value, NftVerdict? Verdict)
{
    private const ushort ValueAttribute = 1;
    private const ushort VerdictAttribute = 2;
    private const ushort VerdictCode = 1;
    private const ushort VerdictChain = 2;

    /// <summary>Nothing.</summary>
    public static NftData None { get; } = new([], null);

    /// <summary>Reads the data inside an attribute.</summary>
    /// <exception cref="NetlinkDecodeException">It is malformed.</exception>
    public static NftData Read(AttributeReader reader)
    {
        var data = None;
        while (reader.Next())
        {
            data = reader.Type switch
            {
                ValueAttribute => new NftData(reader.Value.ToArray(), null),
                VerdictAttribute => new NftData([], ReadVerdict(reader.Nested())),
                _ => data,
            };
        }

        reader.Finish();
        return data;
    }

    private static NftVerdict ReadVerdict(AttributeReader reader)
    {
        var code = NftVerdictCode.Continue;
        string? chain = null;
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case VerdictCode:
                    code = (int)reader.U32BigEndian();
                    break;
                case VerdictChain:
                    chain = reader.Text();
                    break;
            }
        }

        reader.Finish();
        return new NftVerdict(code, chain);
    }
}
