using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace PacketPath.Targets;

/// <summary>Reads a target strictly: a complete literal address, or a host name. Nothing is guessed: <c>10</c> is not 10.0.0.0.</summary>
public static class TargetParser
{
    private const int LongestName = 253;
    private const int LongestLabel = 63;
    private const int LongestShown = 80;

    /// <summary>Reads a target.</summary>
    /// <exception cref="TargetException">The text is neither an address nor a host name.</exception>
    public static Target Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var target, out var problem) ? target : throw problem;
    }

    /// <summary>Reads a target; where it is malformed, <paramref name="problem"/> says why.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Target? target, [NotNullWhen(false)] out TargetException? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        target = null;
        problem = null;
        var body = text.AsSpan().Trim();
        if (body.IsEmpty)
        {
            problem = Malformed(text, "is empty", "Give an address or a host name.");
        }
        else if (TryIPv4(body, out var v4))
        {
            target = new Target { Text = text, Address = v4 };
        }
        else if (body.Contains('/'))
        {
            problem = body.Contains("://", StringComparison.Ordinal)
                ? Malformed(text, "is a URL", "Give the host part alone.")
                : Malformed(text, "is a prefix or a path, not an address", "Give one address, without the part after the slash.");
        }
        else if (body.Contains(':'))
        {
            target = ParseIPv6(text, body, out problem);
        }
        else
        {
            target = ParseName(text, body, out problem);
        }

        return target is not null;
    }

    /// <summary>Reads a dotted quad: four decimal numbers of 0 to 255 without leading zeros.</summary>
    public static bool TryIPv4(ReadOnlySpan<char> text, [NotNullWhen(true)] out IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[4];
        address = TryIPv4(text, bytes) ? new IPAddress(bytes) : null;
        return address is not null;
    }

    /// <summary>Reads the same into 4 bytes, the first octet first.</summary>
    internal static bool TryIPv4(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        if (text.Length is < 7 or > 15)
        {
            return false;
        }

        int octet = 0, digits = 0, value = 0;
        foreach (var c in text)
        {
            if (c == '.')
            {
                if (digits == 0 || octet == 3)
                {
                    return false;
                }

                bytes[octet++] = (byte)value;
                digits = 0;
                value = 0;
                continue;
            }

            if (c is < '0' or > '9' || (digits > 0 && value == 0))
            {
                return false;
            }

            value = (value * 10) + (c - '0');
            digits++;
            if (value > 255)
            {
                return false;
            }
        }

        if (octet != 3 || digits == 0)
        {
            return false;
        }

        bytes[3] = (byte)value;
        return true;
    }

    private static Target? ParseIPv6(string text, ReadOnlySpan<char> body, out TargetException? problem)
    {
        problem = null;
        if (body[0] == '[' && body[^1] == ']')
        {
            body = body[1..^1];
        }

        var percent = body.IndexOf('%');
        var literal = percent < 0 ? body : body[..percent];
        var zone = percent < 0 ? default : body[(percent + 1)..];
        if (percent >= 0 && (zone.IsEmpty || zone.Length > 15 || zone.ContainsAny(" \t%:[]")))
        {
            problem = Malformed(text, "has no interface name after '%'", "Write the zone as in fe80::1%eth0.");
            return null;
        }

        if (!literal.ContainsAnyExcept("0123456789abcdefABCDEF:.")
            && literal.Contains(':')
            && IPAddress.TryParse(literal, out var address)
            && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6)
        {
            return new Target { Text = text, Address = address, Zone = percent < 0 ? null : zone.ToString() };
        }

        problem = body.Count(':') == 1
            ? Malformed(text, "is not an address", "Give the address or name alone; a port has a parameter of its own.")
            : Malformed(text, "is not an IPv6 address", "Write it in full, for example 2001:db8::1, or fe80::1%eth0 for a link-local address.");
        return null;
    }

    private static Target? ParseName(string text, ReadOnlySpan<char> body, out TargetException? problem)
    {
        problem = null;
        var name = body[^1] == '.' ? body[..^1] : body;
        if (EndsInNumber(name))
        {
            problem = Malformed(text, "is not an address", "Write an IPv4 address as four decimal numbers of 0 to 255, for example 192.0.2.10.");
            return null;
        }

        var ascii = name.ToString();
        if (name.ContainsAnyExceptInRange('\0', '\u007f'))
        {
            try
            {
                ascii = new IdnMapping { AllowUnassigned = false }.GetAscii(ascii);
            }
            catch (ArgumentException inner)
            {
                problem = Malformed(text, "is not a host name", "It has characters that no internationalized name may hold.", inner);
                return null;
            }
        }

        if (ascii.Length is 0 or > LongestName)
        {
            problem = Malformed(text, "is not a host name", "A name has 1 to 253 characters.");
            return null;
        }

        foreach (var label in ascii.Split('.'))
        {
            if (!IsLabel(label))
            {
                problem = Malformed(text, "is not a host name", "Between its dots a name has 1 to 63 letters, digits, hyphens or underscores.");
                return null;
            }
        }

        return new Target { Text = text, HostName = ascii };
    }

    private static bool IsLabel(ReadOnlySpan<char> label)
    {
        if (label.Length is 0 or > LongestLabel || label[0] == '-' || label[^1] == '-')
        {
            return false;
        }

        foreach (var c in label)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
            {
                return false;
            }
        }

        return true;
    }

    // The system resolver takes "10", "1.2.3" and "0x7f.1" for addresses; none of them is one here.
    private static bool EndsInNumber(ReadOnlySpan<char> name)
    {
        var last = name[(name.LastIndexOf('.') + 1)..];
        return !last.ContainsAnyExceptInRange('0', '9')
            ? !last.IsEmpty
            : last.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && !last[2..].ContainsAnyExcept("0123456789abcdefABCDEF");
    }

    private static TargetException Malformed(string text, string what, string advice, Exception? inner = null)
        => new(TargetProblem.Malformed, text, $"'{Shown(text)}' {what}.", advice, inner);

    private static string Shown(string text)
    {
        var cut = text.Length > LongestShown ? string.Concat(text.AsSpan(0, LongestShown), "...") : text;
        return string.Create(cut.Length, cut, static (span, from) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(from[i]) ? '?' : from[i];
            }
        });
    }
}
