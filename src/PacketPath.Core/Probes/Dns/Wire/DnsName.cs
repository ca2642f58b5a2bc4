using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace PacketPath.Probes;

/// <summary>A domain name (RFC 1035, 3.1): labels of at most 63 bytes, at most 255 bytes with their lengths. Two that differ in ASCII case only are equal.</summary>
internal sealed class DnsName : IEquatable<DnsName>
{
    /// <summary>The longest name, in bytes, with the lengths of its labels and the root's.</summary>
    public const int LongestName = 255;

    /// <summary>The longest label, in bytes.</summary>
    public const int LongestLabel = 63;

    private readonly byte[] _wire;

    /// <summary>Takes a name in its uncompressed wire form, which must be sound.</summary>
    internal DnsName(byte[] wire) => _wire = wire;

    /// <summary>The root.</summary>
    public static DnsName Root { get; } = new([0]);

    /// <summary>The uncompressed wire form.</summary>
    public ReadOnlySpan<byte> Wire => _wire;

    /// <summary>True for the root.</summary>
    public bool IsRoot => _wire.Length == 1;

    /// <summary>Reads a name as a person writes it: dots between labels, a backslash before a dot or a backslash that is meant, <c>\DDD</c> for any byte, international names in their own script.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">The name.</param>
    /// <param name="problem">What is wrong with it.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out DnsName? name, [NotNullWhen(false)] out string? problem)
    {
        name = null;
        problem = null;
        var body = text.Trim();
        if (body.Length == 0)
        {
            problem = "is empty";
            return false;
        }

        if (body == ".")
        {
            name = Root;
            return true;
        }

        if (body.Any(static c => c > '\u007f'))
        {
            try
            {
                body = new IdnMapping { AllowUnassigned = false }.GetAscii(body);
            }
            catch (ArgumentException)
            {
                problem = "has characters that no internationalized name may hold";
                return false;
            }
        }

        return TryEncode(body, out name, out problem);
    }

    /// <summary>The name that holds what is known of an address in reverse (RFC 1035, 3.5; RFC 3596, 2.5).</summary>
    public static DnsName Reverse(System.Net.IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        var text = new StringBuilder();
        for (var i = bytes.Length - 1; i >= 0; i--)
        {
            _ = bytes.Length == 4
                ? text.Append(CultureInfo.InvariantCulture, $"{bytes[i]}.")
                : text.Append(CultureInfo.InvariantCulture, $"{bytes[i] & 15:x}.{bytes[i] >> 4:x}.");
        }

        _ = TryEncode(text.Append(bytes.Length == 4 ? "in-addr.arpa" : "ip6.arpa").ToString(), out var name, out _);
        return name!;
    }

    /// <inheritdoc/>
    public bool Equals(DnsName? other) => other is not null && EqualsIgnoreCase(_wire, other._wire);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DnsName);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var one in _wire)
        {
            hash.Add(Lower(one));
        }

        return hash.ToHashCode();
    }

    /// <summary>The wire form in lower case.</summary>
    public byte[] Canonical() => Array.ConvertAll(_wire, Lower);

    /// <summary>The name as a person reads it, with its last dot; bytes that are no plain ASCII are written <c>\DDD</c>.</summary>
    public override string ToString()
    {
        if (IsRoot)
        {
            return ".";
        }

        var text = new StringBuilder(_wire.Length);
        for (var at = 0; _wire[at] != 0; at += _wire[at] + 1)
        {
            foreach (var one in _wire.AsSpan(at + 1, _wire[at]))
            {
                Append(text, one, one is (byte)'.' or (byte)'\\' or (byte)'"' or (byte)';' or (byte)'(' or (byte)')' or (byte)'@' or (byte)'$' or (byte)' ');
            }

            text.Append('.');
        }

        return text.ToString();
    }

    /// <summary>Writes a byte of DNS data: plain, behind a backslash, or as <c>\DDD</c>.</summary>
    internal static void Append(StringBuilder text, byte one, bool isSpecial)
    {
        if (one is < 0x20 or > 0x7e || (isSpecial && one == ' '))
        {
            text.Append(CultureInfo.InvariantCulture, $"\\{one:d3}");
            return;
        }

        if (isSpecial)
        {
            text.Append('\\');
        }

        text.Append((char)one);
    }

    private static bool TryEncode(string body, [NotNullWhen(true)] out DnsName? name, [NotNullWhen(false)] out string? problem)
    {
        name = null;
        Span<byte> label = stackalloc byte[LongestLabel];
        var wire = new List<byte>(body.Length + 2);
        var length = 0;
        for (var i = 0; i <= body.Length; i++)
        {
            if (i == body.Length || body[i] == '.')
            {
                if (length == 0)
                {
                    if (i == body.Length)
                    {
                        // The dot at the end.
                        break;
                    }

                    problem = "has an empty label";
                    return false;
                }

                wire.Add((byte)length);
                wire.AddRange(label[..length]);
                length = 0;
                continue;
            }

            if (!TryUnescape(body, ref i, out var one))
            {
                problem = body[i] == '\\' ? "ends in the middle of an escape" : "has a space or control character";
                return false;
            }

            if (length == LongestLabel)
            {
                problem = "has a label of more than 63 bytes";
                return false;
            }

            label[length++] = one;
        }

        wire.Add(0);
        if (wire.Count > LongestName)
        {
            problem = "is longer than a domain name may be";
            return false;
        }

        problem = null;
        name = new DnsName([.. wire]);
        return true;
    }

    private static bool TryUnescape(string body, ref int i, out byte one)
    {
        one = (byte)body[i];
        if (body[i] != '\\')
        {
            return body[i] is > ' ' and < '\u007f';
        }

        if (i + 3 < body.Length && char.IsAsciiDigit(body[i + 1]) && char.IsAsciiDigit(body[i + 2]) && char.IsAsciiDigit(body[i + 3]))
        {
            var value = ((body[i + 1] - '0') * 100) + ((body[i + 2] - '0') * 10) + (body[i + 3] - '0');
            if (value > 255)
            {
                return false;
            }

            one = (byte)value;
            i += 3;
            return true;
        }

        if (i + 1 >= body.Length || char.IsAsciiDigit(body[i + 1]) || body[i + 1] is < ' ' or > '~')
        {
            return false;
        }

        one = (byte)body[++i];
        return true;
    }

    private static bool EqualsIgnoreCase(byte[] one, byte[] other)
    {
        if (one.Length != other.Length)
        {
            return false;
        }

        for (var i = 0; i < one.Length; i++)
        {
            if (Lower(one[i]) != Lower(other[i]))
            {
                return false;
            }
        }

        return true;
    }

    // A length is at most 63 and no letter.
    private static byte Lower(byte one) => one is >= (byte)'A' and <= (byte)'Z' ? (byte)(one + 32) : one;
}
