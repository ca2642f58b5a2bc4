using System.Buffers.Binary;
using System.Net;

namespace PacketPath.Netlink;

/// <summary>Addresses of both families as 128 bits, first bit first: an IPv4 address fills the upper 32.</summary>
internal static class IpBits
{
    /// <summary>AF_INET.</summary>
    public const byte IPv4 = 2;

    /// <summary>AF_INET6.</summary>
    public const byte IPv6 = 10;

    /// <summary>The bits of an address.</summary>
    /// <exception cref="NetlinkDecodeException">It has neither 4 nor 16 bytes.</exception>
    public static UInt128 From(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        4 => new UInt128((ulong)BinaryPrimitives.ReadUInt32BigEndian(bytes) << 32, 0),
        16 => BinaryPrimitives.ReadUInt128BigEndian(bytes),
        _ => throw new NetlinkDecodeException($"an address of {bytes.Length} bytes"),
    };

    /// <summary>The bits of an address.</summary>
    public static UInt128 From(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        return From(bytes[..length]);
    }

    /// <summary>The family of an address: AF_INET or AF_INET6.</summary>
    public static byte FamilyOf(IPAddress address) =>
        address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? IPv4 : IPv6;

    /// <summary>The number of bits in an address of a family.</summary>
    public static int Width(byte family) => family == IPv4 ? 32 : 128;

    /// <summary>Writes the address.</summary>
    /// <returns>Its length: 4 or 16 bytes.</returns>
    public static int Write(UInt128 bits, byte family, Span<byte> target)
    {
        if (family == IPv4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(target, (uint)(bits >> 96));
            return 4;
        }

        BinaryPrimitives.WriteUInt128BigEndian(target, bits);
        return 16;
    }

    /// <summary>The address as text.</summary>
    public static string Text(UInt128 bits, byte family)
    {
        Span<byte> bytes = stackalloc byte[16];
        return AddressText.Format(bytes[..Write(bits, family, bytes)]);
    }

    /// <summary>The prefix in CIDR form.</summary>
    public static string PrefixText(UInt128 bits, int length, byte family) => $"{Text(bits, family)}/{length}";

    /// <summary>The bits of a prefix's network part.</summary>
    public static UInt128 Mask(int length) => length == 0 ? UInt128.Zero : UInt128.MaxValue << (128 - length);

    /// <summary>True where the prefix covers the address.</summary>
    public static bool Covers(UInt128 prefix, int length, UInt128 address) => ((prefix ^ address) & Mask(length)) == 0;
}
