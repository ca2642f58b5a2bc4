using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace PacketPath.Netlink;

/// <summary>
/// Walks the attributes of a message. The first fault is remembered: <see cref="Next"/> then answers false, the getters answer nothing,
/// and <see cref="Finish"/> throws it. Attributes the caller does not ask about are passed over; those no header of ours names are kept as <see cref="Raw"/>.
/// </summary>
internal ref struct AttributeReader
{
    private const int HeaderSize = 4;
    private const ushort TypeMask = 0x3fff;
    private const int MostRawBytes = 64;

    private ReadOnlySpan<byte> _rest;
    private string? _fault;

    /// <summary>Starts before the first attribute.</summary>
    public AttributeReader(ReadOnlySpan<byte> data)
    {
        _rest = data;
        Value = default;
    }

    /// <summary>The current attribute's type, without NLA_F_NESTED and NLA_F_NET_BYTEORDER.</summary>
    public ushort Type { get; private set; }

    /// <summary>The current attribute's bytes.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Goes to the next attribute; false at the end or after a fault.</summary>
    public bool Next()
    {
        if (_fault is not null || _rest.IsEmpty)
        {
            return false;
        }

        if (_rest.Length < HeaderSize)
        {
            return Fail($"{_rest.Length} bytes are left after an attribute");
        }

        int length = MemoryMarshal.Read<ushort>(_rest);
        if (length < HeaderSize || length > _rest.Length)
        {
            return Fail($"attribute length {length} where {_rest.Length} bytes are left");
        }

        Type = (ushort)(MemoryMarshal.Read<ushort>(_rest[2..]) & TypeMask);
        Value = _rest[HeaderSize..length];
        _rest = _rest[Math.Min(NetlinkHeader.Align(length), _rest.Length)..];
        return true;
    }

    /// <summary>The attribute as its number and its bytes in hexadecimal, for one that a newer kernel has added.</summary>
    public readonly string Raw() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"{Type}: {Convert.ToHexString(Value.Length > MostRawBytes ? Value[..MostRawBytes] : Value)}");

    /// <summary>The value as a byte.</summary>
    public byte U8() => Has(1) ? Value[0] : (byte)0;

    /// <summary>The value as an unsigned 16-bit number in host order.</summary>
    public ushort U16() => Has(2) ? MemoryMarshal.Read<ushort>(Value) : (ushort)0;

    /// <summary>The value as an unsigned 16-bit number in network order.</summary>
    public ushort U16BigEndian() => Has(2) ? BinaryPrimitives.ReadUInt16BigEndian(Value) : (ushort)0;

    /// <summary>The value as an unsigned 32-bit number in host order.</summary>
    public uint U32() => Has(4) ? MemoryMarshal.Read<uint>(Value) : 0;

    /// <summary>The value as an unsigned 32-bit number in network order.</summary>
    public uint U32BigEndian() => Has(4) ? BinaryPrimitives.ReadUInt32BigEndian(Value) : 0;

    /// <summary>The value as an unsigned 64-bit number in network order.</summary>
    public ulong U64BigEndian() => Has(8) ? BinaryPrimitives.ReadUInt64BigEndian(Value) : 0;

    /// <summary>The value as a signed 32-bit number in host order.</summary>
    public int S32() => Has(4) ? MemoryMarshal.Read<int>(Value) : 0;

    /// <summary>The value as an unsigned 64-bit number in host order.</summary>
    public ulong U64() => Has(8) ? MemoryMarshal.Read<ulong>(Value) : 0;

    /// <summary>The value as text, up to its first NUL, with control characters replaced.</summary>
    public string Text()
    {
        var end = Value.IndexOf((byte)0);
        return DisplayText.Clean(Encoding.UTF8.GetString(end < 0 ? Value : Value[..end]));
    }

    /// <summary>The value as a struct that may have grown since: its first bytes, or nothing after a fault.</summary>
    public ReadOnlySpan<byte> Struct(int size)
    {
        if (Value.Length >= size)
        {
            return Value[..size];
        }

        Fail($"attribute {Type} has {Value.Length} bytes where {size} are needed");
        return default;
    }

    /// <summary>The value as an IPv4 or IPv6 address in text; empty after a fault.</summary>
    public string Address()
    {
        if (Value.Length is 4 or 16)
        {
            return AddressText.Format(Value);
        }

        Fail($"attribute {Type} has {Value.Length} bytes where an address was expected");
        return "";
    }

    /// <summary>A reader over the attributes inside this one. It has a fault of its own: finish it too.</summary>
    public readonly AttributeReader Nested() => new(Value);

    /// <summary>Throws the fault, if there was one.</summary>
    /// <exception cref="NetlinkDecodeException">A length lied or a value had the wrong size.</exception>
    public readonly void Finish()
    {
        if (_fault is not null)
        {
            throw new NetlinkDecodeException(_fault);
        }
    }

    private bool Has(int size) =>
        Value.Length == size || Fail($"attribute {Type} has {Value.Length} bytes where {size} are expected");

    private bool Fail(string fault)
    {
        _fault ??= fault;
        _rest = default;
        return false;
    }
}
