using System.Buffers.Binary;
using System.Net;

namespace PacketPath.Capture;

/// <summary>An IPv4 or IPv6 address as it stands in a packet: compared and copied without allocating.</summary>
public readonly record struct PacketAddress
{
    private readonly ulong _high;
    private readonly ulong _low;

    private PacketAddress(AddressFamily family, ulong high, ulong low)
    {
        Family = family;
        _high = high;
        _low = low;
    }

    /// <summary>IPv4 or IPv6; 0 for no address.</summary>
    public AddressFamily Family { get; }

    /// <summary>True where there is no address.</summary>
    public bool IsNone => Family == 0;

    /// <summary>Takes an address over; an IPv6 zone is left out, as packets do not carry it.</summary>
    public static PacketAddress From(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        Span<byte> bytes = stackalloc byte[16];
        _ = address.TryWriteBytes(bytes, out int length);
        return length == 4 ? FromIPv4(bytes) : FromIPv6(bytes);
    }

    /// <summary>The same address as the framework's type.</summary>
    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        switch (Family)
        {
            case AddressFamily.IPv4:
                BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)_low);
                return new IPAddress(bytes[..4]);
            case AddressFamily.IPv6:
                BinaryPrimitives.WriteUInt64BigEndian(bytes, _high);
                BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], _low);
                return new IPAddress(bytes);
            default:
                return IPAddress.None;
        }
    }

    /// <summary>True where no router forwards packets of this address: link-local, broadcast, or a group.</summary>
    internal bool StaysOnLink => Family == AddressFamily.IPv4
        ? _low == uint.MaxValue || (_low >> 28) == 0xe || (_low >> 16) == 0xa9fe
        : (_high >> 56) == 0xff || (_high >> 54) == 0x3fa;

    /// <summary>An order among addresses: by family, then by their bits.</summary>
    internal int CompareTo(PacketAddress other)
    {
        var order = ((int)Family).CompareTo((int)other.Family);
        order = order != 0 ? order : _high.CompareTo(other._high);
        return order != 0 ? order : _low.CompareTo(other._low);
    }

    /// <summary>The address as text; empty for no address.</summary>
    public override string ToString() => IsNone ? "" : ToIPAddress().ToString();

    internal static PacketAddress FromIPv4(ReadOnlySpan<byte> bytes) =>
        new(AddressFamily.IPv4, 0, BinaryPrimitives.ReadUInt32BigEndian(bytes));

    internal static PacketAddress FromIPv6(ReadOnlySpan<byte> bytes) =>
        new(AddressFamily.IPv6, BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
}
