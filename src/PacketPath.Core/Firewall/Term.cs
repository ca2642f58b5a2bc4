using PacketPath.Netlink.Nftables.Expressions;

namespace PacketPath.Firewall;

/// <summary>What a register holds, in the words of nft.</summary>
/// <param name="Type">The type of its value.</param>
/// <param name="Bytes">How many bytes of the register it takes.</param>
/// <param name="HostOrder">True where the register holds it in host order.</param>
internal abstract record Term(NftType Type, int Bytes, bool HostOrder)
{
    /// <summary>The term as nft writes it.</summary>
    public abstract string Text { get; }

    /// <summary>True where an equality must be written out.</summary>
    public virtual bool IsOperation => false;

    /// <summary>The terms of a concatenation; the term itself elsewhere.</summary>
    public virtual IReadOnlyList<Term> Parts => [this];

    /// <summary>How many 4-byte slots it takes.</summary>
    public int Slots => Math.Max(1, (Bytes + 3) / 4);
}

/// <summary>Something with a name: a meta key, a connection tracking key, a generator.</summary>
internal sealed record NamedTerm(string Name, NftType Type, int Bytes, bool HostOrder) : Term(Type, Bytes, HostOrder)
{
    /// <summary>The meta key, where it is one.</summary>
    public MetaKey? Meta { get; init; }

    /// <summary>The extension header whose presence it tells, where it is one.</summary>
    public Term? Extension { get; init; }

    public override string Text => Name;
}

/// <summary>A place in the packet or in one of its options: header, offset and length in bits.</summary>
internal sealed record PlaceTerm(IPlace Place, int Offset, int Length) : Term(NftType.Raw, (Length + 7) / 8, false)
{
    public override string Text => Place.Raw(Offset, Length);
}

/// <summary>A field of a header.</summary>
internal sealed record FieldTerm(IPlace Place, HeaderField Field, int Offset, int Length) : Term(Field.Type, (Length + 7) / 8, false)
{
    /// <summary>How many bits to the left of its own place the register holds the value.</summary>
    public int Shift { get; init; }

    public override string Text => Place.Name(Field);

    /// <summary>True for the field of the header that says what header follows.</summary>
    public bool IsProtocol => Field.Name is "type" or "protocol" or "nexthdr" && Place.AnnouncesProtocol;
}

/// <summary>A constant.</summary>
internal sealed record ConstantTerm(byte[] Value) : Term(NftType.Raw, Value.Length, false)
{
    public override string Text => "0x" + Convert.ToHexString(Value).ToLowerInvariant();
}

/// <summary>A term masked and flipped; both in register order.</summary>
internal sealed record MaskedTerm(Term Inner, byte[] Mask, byte[] Xor, string Words) : Term(Inner.Type, Inner.Bytes, Inner.HostOrder)
{
    public override string Text => Words;

    public override bool IsOperation => true;
}

/// <summary>A term shifted.</summary>
internal sealed record ShiftedTerm(Term Inner, string Words) : Term(Inner.Type, Inner.Bytes, Inner.HostOrder)
{
    public override string Text => Words;

    public override bool IsOperation => true;
}

/// <summary>What a map holds for a term.</summary>
internal sealed record MapTerm(Term Key, string Words, NftType[] Data, int Bytes) : Term(Data[0], Bytes, Data[0].HostOrder)
{
    public override string Text => Words;
}

/// <summary>Several terms in neighbouring registers.</summary>
internal sealed record ConcatenatedTerm(Term[] Terms) : Term(Terms[0].Type, Terms.Sum(static term => term.Slots * 4), false)
{
    public override string Text => string.Join(" . ", Terms.Select(static term => term.Text));

    public override IReadOnlyList<Term> Parts => Terms;
}
