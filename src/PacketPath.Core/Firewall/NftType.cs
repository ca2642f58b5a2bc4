using System.Globalization;
using System.Numerics;
using System.Text;

namespace PacketPath.Firewall;

/// <summary>How a type's values are written.</summary>
internal enum NftForm
{
    Number,
    Hex,
    Text,
    QuotedText,
    Address,
    LinkAddress,
    Flags,
    LabelBits,
    Interface,
    Time,
    Timestamp,
    Hour,
    TrafficClass,
    Boolean,
    Verdict,
}

/// <summary>A type of nft: how wide a value is, which names its values have, and how it is written.</summary>
/// <param name="Id">nft's number for it.</param>
/// <param name="Name">nft's name for it.</param>
/// <param name="Bits">The width; 0 where it varies.</param>
/// <param name="Form">How values are written.</param>
/// <param name="Symbols">Values with names.</param>
/// <param name="HostOrder">True where registers hold it in host order.</param>
/// <param name="HasPrefixes">True where ranges that are prefixes are written as such.</param>
internal sealed partial record NftType(
    int Id, string Name, int Bits, NftForm Form, SymbolTable? Symbols = null, bool HostOrder = false, bool HasPrefixes = false)
{
    /// <summary>True where registers hold text.</summary>
    public bool IsText => Form is NftForm.Text or NftForm.QuotedText;

    /// <summary>Writes a value.</summary>
    /// <param name="text">Receives it.</param>
    /// <param name="value">The value, most significant byte first; text as it is.</param>
    /// <param name="names">Names that only the host knows.</param>
    public void Write(StringBuilder text, ReadOnlySpan<byte> value, INftNames names)
    {
        switch (Form)
        {
            case NftForm.Address when value.Length is 4 or 16:
                text.Append(AddressText.Format(value));
                break;
            case NftForm.LinkAddress:
                text.Append(AddressText.FormatLinkLayer(value));
                break;
            case NftForm.Text:
                WriteText(text, value, quoted: Id != 0);
                break;
            case NftForm.QuotedText:
                WriteText(text, value, quoted: true);
                break;
            case NftForm.Flags:
                WriteFlags(text, Number(value));
                break;
            case NftForm.LabelBits:
                WriteLabels(text, value);
                break;
            case NftForm.Interface:
                WriteInterface(text, (uint)Number(value), names);
                break;
            case NftForm.Boolean:
                text.Append(Number(value) != 0 ? "exists" : "missing");
                break;
            case NftForm.Time:
                NftTime.WriteDuration(text, Number(value));
                break;
            case NftForm.Timestamp:
                NftTime.WriteTimestamp(text, (long)Number(value));
                break;
            case NftForm.Hour:
                NftTime.WriteHour(text, (uint)Number(value));
                break;
            case NftForm.TrafficClass:
                WriteTrafficClass(text, (uint)Number(value));
                break;
            case NftForm.Hex:
                WriteHex(text, value, names);
                break;
            default:
                WriteNumber(text, value, names);
                break;
        }
    }

    /// <summary>The value as a number; only the last eight bytes count.</summary>
    public static ulong Number(ReadOnlySpan<byte> value)
    {
        var number = 0ul;
        foreach (var part in value.Length > 8 ? value[^8..] : value)
        {
            number = (number << 8) | part;
        }

        return number;
    }

    private void WriteNumber(StringBuilder text, ReadOnlySpan<byte> value, INftNames names)
    {
        if (value.Length > 8)
        {
            text.Append(new BigInteger(value, isUnsigned: true, isBigEndian: true).ToString(CultureInfo.InvariantCulture));
            return;
        }

        var number = Number(value);
        if (Name == "devgroup" && names.Group((uint)number) is { } group)
        {
            text.Append('"').Append(group).Append('"');
        }
        else if (Symbols?.Name(number) is { } symbol)
        {
            text.Append(symbol);
        }
        else
        {
            text.Append(CultureInfo.InvariantCulture, $"{number}");
        }
    }

    private void WriteHex(StringBuilder text, ReadOnlySpan<byte> value, INftNames names)
    {
        if (Symbols?.Name(Number(value)) is { } symbol)
        {
            text.Append(symbol);
        }
        else if (Name == "mark" && names.Mark((uint)Number(value)) is { } mark)
        {
            text.Append('"').Append(mark).Append('"');
        }
        else if (Bits == 0)
        {
            // Raw bytes: no leading zeros.
            var digits = Convert.ToHexString(value).TrimStart('0').ToLowerInvariant();
            text.Append("0x").Append(digits.Length == 0 ? "0" : digits);
        }
        else
        {
            text.Append("0x").Append(Convert.ToHexString(value).ToLowerInvariant());
        }
    }

    private void WriteFlags(StringBuilder text, ulong number)
    {
        if (number == 0 || Symbols is null)
        {
            text.Append(Name == "tcp_flag" ? "0x0" : "0");
            return;
        }

        var first = true;
        for (var bit = 0; bit < 64; bit++)
        {
            if ((number >> bit & 1) == 0)
            {
                continue;
            }

            if (!first)
            {
                text.Append(',');
            }

            first = false;
            if (Symbols.Name(1ul << bit) is { } symbol)
            {
                text.Append(symbol);
            }
            else
            {
                text.Append("0x").Append((1ul << bit).ToString("x", CultureInfo.InvariantCulture));
            }
        }
    }

    private static void WriteLabels(StringBuilder text, ReadOnlySpan<byte> value)
    {
        var number = new BigInteger(value, isUnsigned: true, isBigEndian: true);
        var first = true;
        for (var bit = 0; !number.IsZero; bit++, number >>= 1)
        {
            if (!number.IsEven)
            {
                text.Append(first ? "" : ",").Append(bit);
                first = false;
            }
        }

        if (first)
        {
            text.Append('0');
        }
    }

    private static void WriteInterface(StringBuilder text, uint index, INftNames names)
    {
        if (index != 0 && names.Interface(index) is { } name)
        {
            text.Append('"').Append(name).Append('"');
        }
        else
        {
            text.Append(index);
        }
    }

    private static void WriteText(StringBuilder text, ReadOnlySpan<byte> value, bool quoted)
    {
        var end = value.IndexOf((byte)0);
        var clean = DisplayText.Clean(Encoding.UTF8.GetString(end < 0 ? value : value[..end]));
        text.Append(quoted ? "\"" : "").Append(clean).Append(quoted ? "\"" : "");
    }

    private static void WriteTrafficClass(StringBuilder text, uint handle)
    {
        switch (handle)
        {
            case 0:
                text.Append("none");
                break;
            case uint.MaxValue:
                text.Append("root");
                break;
            default:
                text.Append(CultureInfo.InvariantCulture, $"{handle >> 16:x}:{handle & 0xffff:x}");
                break;
        }
    }

    /// <summary>A register's bytes, most significant first.</summary>
    public static byte[] BigEndian(ReadOnlySpan<byte> register, bool hostOrder)
    {
        var value = register.ToArray();
        if (hostOrder && BitConverter.IsLittleEndian)
        {
            Array.Reverse(value);
        }

        return value;
    }
}

/// <summary>Names that only the host knows.</summary>
internal interface INftNames
{
    /// <summary>The interface's name; null where there is none with that index.</summary>
    string? Interface(uint index);

    /// <summary>The interface group's name; null where it has none.</summary>
    string? Group(uint number);

    /// <summary>The packet mark's name; null where it has none.</summary>
    string? Mark(uint number);
}

/// <summary>Values by name.</summary>
internal sealed class SymbolTable
{
    private readonly Dictionary<ulong, string> _names = [];

    /// <summary>Creates a table from pairs; of two names for one value the first is written.</summary>
    public SymbolTable(params (string Name, ulong Value)[] symbols)
    {
        foreach (var (name, value) in symbols)
        {
            _names.TryAdd(value, name);
        }
    }

    /// <summary>The value's name; null where it has none.</summary>
    public string? Name(ulong value) => _names.GetValueOrDefault(value);
}
