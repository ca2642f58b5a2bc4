using System.Buffers.Binary;

namespace PacketPath.Probes;

/// <summary>Writes queries.</summary>
internal static class DnsQueryWriter
{
    private const int OptionsSize = 11;
    private const int CookieOption = 10;
    private const ushort RecursionDesired = 0x0100;
    private const uint DnssecOk = 0x8000;

    /// <summary>Writes one question of the Internet class, with recursion desired.</summary>
    /// <param name="id">The message's number.</param>
    /// <param name="name">The name.</param>
    /// <param name="type">The type.</param>
    /// <param name="bufferSize">The largest answer taken, as the OPT record says it; 0 for a query without one.</param>
    /// <param name="cookie">The cookie option's value; empty for none.</param>
    /// <param name="dnssec">True to ask for the records of DNSSEC as well.</param>
    public static byte[] Write(ushort id, DnsName name, ushort type, int bufferSize, ReadOnlySpan<byte> cookie, bool dnssec)
    {
        var hasOptions = bufferSize > 0;
        var options = hasOptions && cookie.Length > 0 ? 4 + cookie.Length : 0;
        var query = new byte[DnsMessage.HeaderSize + name.Wire.Length + 4 + (hasOptions ? OptionsSize + options : 0)];
        var at = query.AsSpan();
        BinaryPrimitives.WriteUInt16BigEndian(at, id);
        BinaryPrimitives.WriteUInt16BigEndian(at[2..], RecursionDesired);
        BinaryPrimitives.WriteUInt16BigEndian(at[4..], 1);
        BinaryPrimitives.WriteUInt16BigEndian(at[10..], (ushort)(hasOptions ? 1 : 0));
        at = at[DnsMessage.HeaderSize..];
        name.Wire.CopyTo(at);
        at = at[name.Wire.Length..];
        BinaryPrimitives.WriteUInt16BigEndian(at, type);
        BinaryPrimitives.WriteUInt16BigEndian(at[2..], DnsMessage.InternetClass);
        at = at[4..];
        if (!hasOptions)
        {
            return query;
        }

        at[0] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(at[1..], DnsTypes.OPT);
        BinaryPrimitives.WriteUInt16BigEndian(at[3..], (ushort)bufferSize);
        BinaryPrimitives.WriteUInt32BigEndian(at[5..], dnssec ? DnssecOk : 0);
        BinaryPrimitives.WriteUInt16BigEndian(at[9..], (ushort)options);
        if (options > 0)
        {
            BinaryPrimitives.WriteUInt16BigEndian(at[11..], CookieOption);
            BinaryPrimitives.WriteUInt16BigEndian(at[13..], (ushort)cookie.Length);
            cookie.CopyTo(at[15..]);
        }

        return query;
    }
}
