using System.Globalization;

namespace PacketPath.Capture;

/// <summary>A link-layer address of at most eight bytes: compared and copied without allocating.</summary>
public readonly record struct LinkAddress
{
    private const int MaximumLength = 8;

    private readonly ulong _value;

    private LinkAddress(ulong value, int length)
    {
        _value = value;
        Length = length;
    }

    /// <summary>Its length in bytes; 0 for none.</summary>
    public int Length { get; }

    /// <summary>True where it stands for a group of receivers, or all of them (the first octet's lowest bit).</summary>
    public bool IsGroup => Length > 0 && (_value >> (8 * (Length - 1)) & 1) != 0;

    /// <summary>Lower-case with colons; empty for none.</summary>
    public override string ToString()
    {
        ulong value = _value;
        int length = Length;
        return length == 0 ? "" : string.Create((length * 3) - 1, (value, length), static (text, state) =>
        {
            for (int i = 0; i < state.length; i++)
            {
                byte octet = (byte)(state.value >> (8 * (state.length - 1 - i)));
                _ = octet.TryFormat(text[(i * 3)..], out _, "x2", CultureInfo.InvariantCulture);
                if (i + 1 < state.length)
                {
                    text[(i * 3) + 2] = ':';
                }
            }
        });
    }

    internal static LinkAddress From(ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        int length = Math.Min(bytes.Length, MaximumLength);
        foreach (byte octet in bytes[..length])
        {
            value = (value << 8) | octet;
        }

        return new LinkAddress(value, length);
    }
}
