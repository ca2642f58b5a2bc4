using System.Globalization;
using System.Net;
using System.Text;

namespace PacketPath.Probes;

/// <summary>The data of records: checked against the layout of their type, as text, and in a form that compares.</summary>
internal static class DnsData
{
    private const int LongestText = 1000;

    private static readonly string[] ServiceKeys = ["mandatory", "alpn", "no-default-alpn", "port", "ipv4hint", "ech", "ipv6hint", "dohpath"];

    /// <summary>What is wrong with a record's data; null for nothing, and for types whose layout is not known here.</summary>
    public static string? Problem(DnsResource record)
    {
        var data = record.Reader();
        var expected = Walk(record.Type, ref data, null, null);
        return data.Problem is { } problem ? $"in a record of type {DnsTypes.Name(record.Type)}, {problem}"
            : expected && data.Left > 0 ? $"a record of type {DnsTypes.Name(record.Type)} is too long"
            : null;
    }

    /// <summary>The data as zone files write it; as hexadecimal numbers where the type is not known here (RFC 3597). Long data is cut.</summary>
    public static string Text(DnsResource record)
    {
        var text = new StringBuilder();
        var data = record.Reader();
        if (record.Class != DnsMessage.InternetClass || !Walk(record.Type, ref data, text, null) || data.Problem is not null)
        {
            text.Clear();
            var bytes = record.Data;
            text.Append(CultureInfo.InvariantCulture, $"\\# {bytes.Length}");
            text.Append(bytes.Length == 0 ? "" : " ").Append(Convert.ToHexString(bytes[..Math.Min(bytes.Length, LongestText / 2)]).ToLowerInvariant());
        }

        var whole = text.ToString().Trim();
        return whole.Length <= LongestText ? whole : whole[..LongestText] + "...";
    }

    /// <summary>The data without compression, names in lower case.</summary>
    public static byte[] Canonical(DnsResource record)
    {
        var plain = new List<byte>(record.Length);
        var data = record.Reader();
        return Walk(record.Type, ref data, null, plain) && data.Problem is null && plain.Count > 0 ? [.. plain] : record.Data.ToArray();
    }

    // One walk for all three: text and plain take what they want. False where the layout is not known.
    private static bool Walk(ushort type, ref DnsReader data, StringBuilder? text, List<byte>? plain)
    {
        switch (type)
        {
            case DnsTypes.A:
                Address(ref data, 4, text);
                return true;
            case DnsTypes.AAAA:
                Address(ref data, 16, text);
                return true;
            case DnsTypes.NS or DnsTypes.CNAME or DnsTypes.PTR or DnsTypes.DNAME:
                Name(ref data, text, plain);
                return true;
            case DnsTypes.MX:
                Number(data.ReadUInt16(), text, plain);
                Name(ref data, text, plain);
                return true;
            case DnsTypes.SRV:
                Number(data.ReadUInt16(), text, plain);
                Number(data.ReadUInt16(), text, plain);
                Number(data.ReadUInt16(), text, plain);
                Name(ref data, text, plain);
                return true;
            case DnsTypes.SOA:
                Authority(ref data, text, plain);
                return true;
            case DnsTypes.TXT or DnsTypes.SPF:
                Strings(ref data, text);
                return true;
            case DnsTypes.CAA:
                Certification(ref data, text);
                return true;
            case DnsTypes.DS or 59:
                text?.Append(CultureInfo.InvariantCulture, $"{data.ReadUInt16()} {data.ReadByte()} {data.ReadByte()} {Hex(data.ReadRest())}");
                return text is not null || Skip(ref data, 4);
            case DnsTypes.TLSA:
                text?.Append(CultureInfo.InvariantCulture, $"{data.ReadByte()} {data.ReadByte()} {data.ReadByte()} {Hex(data.ReadRest())}");
                return text is not null || Skip(ref data, 3);
            case DnsTypes.DNSKEY or 60:
                text?.Append(CultureInfo.InvariantCulture, $"{data.ReadUInt16()} {data.ReadByte()} {data.ReadByte()} {Convert.ToBase64String(data.ReadRest())}");
                return text is not null || Skip(ref data, 4);
            case DnsTypes.SVCB or DnsTypes.HTTPS:
                Service(ref data, text);
                return true;
            default:
                return false;
        }
    }

    private static bool Skip(ref DnsReader data, int header)
    {
        data.ReadBytes(header);
        data.ReadRest();
        return true;
    }

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexString(bytes);

    private static void Address(ref DnsReader data, int size, StringBuilder? text)
    {
        var bytes = data.ReadBytes(size);
        if (data.Problem is null)
        {
            text?.Append(new IPAddress(bytes));
        }
    }

    private static void Number(ushort number, StringBuilder? text, List<byte>? plain)
    {
        text?.Append(CultureInfo.InvariantCulture, $"{number} ");
        plain?.AddRange([(byte)(number >> 8), (byte)number]);
    }

    private static void Name(ref DnsReader data, StringBuilder? text, List<byte>? plain, bool mayPoint = true)
    {
        var name = data.ReadName(mayPoint);
        if (data.Problem is null)
        {
            text?.Append(name);
            plain?.AddRange(name.Canonical());
        }
    }

    private static void Authority(ref DnsReader data, StringBuilder? text, List<byte>? plain)
    {
        Name(ref data, text, plain);
        text?.Append(' ');
        Name(ref data, text, plain);
        for (var i = 0; i < 5; i++)
        {
            var number = data.ReadUInt32();
            text?.Append(CultureInfo.InvariantCulture, $" {number}");
            plain?.AddRange([(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number]);
        }
    }

    private static void Strings(ref DnsReader data, StringBuilder? text)
    {
        do
        {
            var one = data.ReadString();
            if (data.Problem is null && text is not null)
            {
                Quoted(text.Append(text.Length == 0 ? "" : " "), one);
            }
        }
        while (data.Left > 0 && data.Problem is null);
    }

    private static void Certification(ref DnsReader data, StringBuilder? text)
    {
        var flags = data.ReadByte();
        var tag = data.ReadString();
        var value = data.ReadRest();
        if (data.Problem is null && text is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"{flags} ");
            Plain(text, tag);
            Quoted(text.Append(' '), value);
        }
    }

    private static void Service(ref DnsReader data, StringBuilder? text)
    {
        var priority = data.ReadUInt16();
        var target = data.ReadName(mayPoint: false);
        text?.Append(CultureInfo.InvariantCulture, $"{priority} {target}");
        while (data.Left > 0 && data.Problem is null)
        {
            int key = data.ReadUInt16();
            int length = data.ReadUInt16();
            var value = data.ReadBytes(length);
            if (data.Problem is null && text is not null)
            {
                text.Append(' ').Append(key < ServiceKeys.Length ? ServiceKeys[key] : FormattableString.Invariant($"key{key}"));
                ServiceValue(text, key, value);
            }
        }
    }

    private static void ServiceValue(StringBuilder text, int key, ReadOnlySpan<byte> value)
    {
        if (value.Length == 0)
        {
            return;
        }

        text.Append('=');
        switch (key)
        {
            case 3 when value.Length == 2:
                text.Append((value[0] << 8) | value[1]);
                break;
            case 4 when value.Length % 4 == 0:
                Addresses(text, value, 4);
                break;
            case 6 when value.Length % 16 == 0:
                Addresses(text, value, 16);
                break;
            default:
                Quoted(text, value);
                break;
        }
    }

    private static void Addresses(StringBuilder text, ReadOnlySpan<byte> value, int size)
    {
        for (var i = 0; i < value.Length; i += size)
        {
            text.Append(i == 0 ? "" : ",").Append(new IPAddress(value.Slice(i, size)));
        }
    }

    private static void Quoted(StringBuilder text, ReadOnlySpan<byte> bytes)
    {
        text.Append('"');
        Plain(text, bytes);
        text.Append('"');
    }

    private static void Plain(StringBuilder text, ReadOnlySpan<byte> bytes)
    {
        foreach (var one in bytes)
        {
            // What is cut away later is not written first.
            if (text.Length > LongestText)
            {
                return;
            }

            DnsName.Append(text, one, one is (byte)'"' or (byte)'\\');
        }
    }
}
