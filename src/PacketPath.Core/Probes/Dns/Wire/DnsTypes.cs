using System.Globalization;

namespace PacketPath.Probes;

/// <summary>The types of record, by their IANA names.</summary>
internal static class DnsTypes
{
    public const ushort A = 1;
    public const ushort NS = 2;
    public const ushort CNAME = 5;
    public const ushort SOA = 6;
    public const ushort PTR = 12;
    public const ushort MX = 15;
    public const ushort TXT = 16;
    public const ushort AAAA = 28;
    public const ushort SRV = 33;
    public const ushort DNAME = 39;
    public const ushort OPT = 41;
    public const ushort DS = 43;
    public const ushort RRSIG = 46;
    public const ushort NSEC = 47;
    public const ushort DNSKEY = 48;
    public const ushort NSEC3 = 50;
    public const ushort TLSA = 52;
    public const ushort SVCB = 64;
    public const ushort HTTPS = 65;
    public const ushort SPF = 99;
    public const ushort ANY = 255;
    public const ushort CAA = 257;

    private const string Unknown = "TYPE";

    private static readonly Dictionary<ushort, string> Names = new()
    {
        [A] = "A", [NS] = "NS", [CNAME] = "CNAME", [SOA] = "SOA", [PTR] = "PTR", [13] = "HINFO", [MX] = "MX", [TXT] = "TXT", [AAAA] = "AAAA",
        [29] = "LOC", [SRV] = "SRV", [35] = "NAPTR", [DNAME] = "DNAME", [OPT] = "OPT", [DS] = "DS", [44] = "SSHFP", [RRSIG] = "RRSIG", [NSEC] = "NSEC",
        [DNSKEY] = "DNSKEY", [NSEC3] = "NSEC3", [51] = "NSEC3PARAM", [TLSA] = "TLSA", [59] = "CDS", [60] = "CDNSKEY", [61] = "OPENPGPKEY",
        [SVCB] = "SVCB", [HTTPS] = "HTTPS", [SPF] = "SPF", [ANY] = "ANY", [256] = "URI", [CAA] = "CAA",
    };

    private static readonly Dictionary<string, ushort> Numbers = Names.ToDictionary(n => n.Value, n => n.Key, StringComparer.OrdinalIgnoreCase);

    /// <summary>The types that can be asked for, by name, in the order of their numbers.</summary>
    public static IEnumerable<string> Askable => Names.Where(n => n.Key != OPT).OrderBy(n => n.Key).Select(n => n.Value);

    /// <summary>The name of a type; <c>TYPE1234</c> where it has none here (RFC 3597).</summary>
    public static string Name(ushort type) => Names.TryGetValue(type, out var name) ? name : string.Create(CultureInfo.InvariantCulture, $"{Unknown}{type}");

    /// <summary>The number of a type, by its name or as <c>TYPE1234</c>.</summary>
    public static bool TryParse(string text, out ushort type) => Numbers.TryGetValue(text.Trim(), out type)
        || (text.Trim().StartsWith(Unknown, StringComparison.OrdinalIgnoreCase)
            && ushort.TryParse(text.Trim().AsSpan(Unknown.Length), NumberStyles.None, CultureInfo.InvariantCulture, out type) && type > 0);
}

/// <summary>The response codes, by their IANA names.</summary>
internal static class DnsCodes
{
    public const int NoError = 0;
    public const int FormatError = 1;
    public const int ServerFailure = 2;
    public const int NameError = 3;
    public const int NotImplemented = 4;
    public const int Refused = 5;
    public const int BadVersion = 16;
    public const int BadCookie = 23;

    private static readonly string[] Low = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMPL", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE"];

    /// <summary>The name of a code; <c>RCODE12</c> where it has none here.</summary>
    public static string Name(int code) => code switch
    {
        >= 0 and <= 10 => Low[code],
        BadVersion => "BADVERS",
        BadCookie => "BADCOOKIE",
        _ => string.Create(CultureInfo.InvariantCulture, $"RCODE{code}"),
    };
}
