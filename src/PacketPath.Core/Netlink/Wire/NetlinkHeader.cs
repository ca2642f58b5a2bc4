using System.Runtime.InteropServices;

namespace PacketPath.Netlink;

/// <summary>struct nlmsghdr, in host byte order.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct NetlinkHeader(uint Length, ushort Type, ushort Flags, uint Sequence, uint PortId)
{
    /// <summary>sizeof(struct nlmsghdr).</summary>
    public const int Size = 16;

    /// <summary>Rounds a length up to the alignment of messages and attributes.</summary>
    public static int Align(int length) => (length + 3) & ~3;
}
