using System.Text;

namespace PacketPath.Probes;

/// <summary>What the OPT record of a message says (RFC 6891).</summary>
internal sealed record DnsEdns
{
    private const int CookieOption = 10;
    private const int ErrorOption = 15;
    private const int LongestErrorText = 200;

    /// <summary>The largest datagram the sender takes.</summary>
    public int PayloadSize { get; init; }

    /// <summary>The version; 0 is the only one there is.</summary>
    public int Version { get; init; }

    /// <summary>The upper eight bits of the response code.</summary>
    public int ExtendedCode { get; init; }

    /// <summary>True where records of DNSSEC are welcome.</summary>
    public bool DnssecOk { get; init; }

    /// <summary>The cookie, client's and server's part (RFC 7873); null where there is none.</summary>
    public byte[]? Cookie { get; init; }

    /// <summary>The extended errors (RFC 8914), each with its number, name and text.</summary>
    public string[] Errors { get; init; } = [];

    /// <summary>Reads the record's fields and options.</summary>
    public static DnsEdns Read(ref DnsReader data, ushort payloadSize, uint fields)
    {
        byte[]? cookie = null;
        var errors = new List<string>();
        while (data.Left > 0 && data.Problem is null)
        {
            int option = data.ReadUInt16();
            int length = data.ReadUInt16();
            var value = data.ReadBytes(length);
            if (data.Problem is not null)
            {
                break;
            }

            switch (option)
            {
                case CookieOption when value.Length is not (8 or (>= 16 and <= 40)):
                    data.Fail("a cookie is of no valid length");
                    break;
                case CookieOption:
                    cookie ??= value.ToArray();
                    break;
                case ErrorOption when value.Length < 2:
                    data.Fail("an extended error has no code");
                    break;
                case ErrorOption when errors.Count < 8:
                    errors.Add(ErrorText((value[0] << 8) | value[1], value[2..]));
                    break;
            }
        }

        return new DnsEdns
        {
            PayloadSize = payloadSize,
            ExtendedCode = (int)(fields >> 24),
            Version = (int)((fields >> 16) & 0xff),
            DnssecOk = (fields & 0x8000) != 0,
            Cookie = cookie,
            Errors = [.. errors],
        };
    }

    private static string ErrorText(int code, ReadOnlySpan<byte> text)
    {
        var name = code switch
        {
            0 => "Other",
            1 => "Unsupported DNSKEY Algorithm",
            3 => "Stale Answer",
            4 => "Forged Answer",
            6 => "DNSSEC Bogus",
            7 => "Signature Expired",
            8 => "Signature Not Yet Valid",
            9 => "DNSKEY Missing",
            10 => "RRSIGs Missing",
            12 => "NSEC Missing",
            13 => "Cached Error",
            14 => "Not Ready",
            15 => "Blocked",
            16 => "Censored",
            17 => "Filtered",
            18 => "Prohibited",
            19 => "Stale NXDOMAIN Answer",
            20 => "Not Authoritative",
            21 => "Not Supported",
            22 => "No Reachable Authority",
            23 => "Network Error",
            24 => "Invalid Data",
            _ => "Extended Error",
        };
        var said = DisplayText.Clean(Encoding.UTF8.GetString(text[..Math.Min(text.Length, LongestErrorText)])).Trim('\uFFFD', ' ');
        return FormattableString.Invariant($"{code} ({name})") + (said.Length == 0 ? "" : ": " + said);
    }
}
