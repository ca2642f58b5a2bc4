using System.Buffers.Binary;
using System.Net;

namespace PacketPath.Core.Tests.Capture;

/// <summary>Writes headers by hand, byte for byte as the RFCs draw them.</summary>
internal static class PacketBytes
{
    internal static byte[] Ethernet(ushort etherType, params byte[][] payload) =>
        Join([[0x02, 0, 0, 0, 0, 0x0b], [0x02, 0, 0, 0, 0, 0x0a], U16(etherType), .. payload]);

    internal static byte[] Vlan(ushort identifier, ushort etherType, params byte[][] payload) =>
        Join([U16((ushort)(0x6000 | identifier)), U16(etherType), .. payload]);

    internal static byte[] Sll(ushort packetType, ushort etherType, params byte[][] payload) =>
        Join([U16(packetType), U16(1), U16(6), [0x02, 0, 0, 0, 0, 0x0a, 0, 0], U16(etherType), .. payload]);

    internal static byte[] Sll2(int interfaceIndex, byte packetType, ushort etherType, params byte[][] payload) =>
        Join([U16(etherType), U16(0), U32((uint)interfaceIndex), U16(1), [packetType, 6], [0x02, 0, 0, 0, 0, 0x0a, 0, 0], .. payload]);

    internal static byte[] Arp(ushort operation, string sender, string target) =>
        Join([U16(1), U16(0x0800), [6, 4], U16(operation), [0x02, 0, 0, 0, 0, 0x0a], Address(sender), new byte[6], Address(target)]);

    internal static byte[] IPv4(string from, string to, byte protocol, byte[] payload, byte ttl = 64, ushort id = 0x1234, ushort fragment = 0x4000, byte[]? options = null)
    {
        int header = 20 + (options?.Length ?? 0);
        return Join([[(byte)(0x40 | (header / 4)), 0], U16((ushort)(header + payload.Length)), U16(id), U16(fragment), [ttl, protocol], U16(0), Address(from), Address(to), options ?? [], payload]);
    }

    internal static byte[] IPv6(string from, string to, byte nextHeader, byte[] payload, byte hopLimit = 64) =>
        Join([[0x60, 0, 0, 0], U16((ushort)payload.Length), [nextHeader, hopLimit], Address(from), Address(to), payload]);

    /// <summary>An extension header of eight bytes: hop-by-hop, routing, destination options.</summary>
    internal static byte[] Extension(byte nextHeader, params byte[][] payload) =>
        Join([[nextHeader, 0, 1, 4, 0, 0, 0, 0], .. payload]);

    internal static byte[] Fragment6(byte nextHeader, int offset, bool more, params byte[][] payload) =>
        Join([[nextHeader, 0], U16((ushort)(offset | (more ? 1 : 0))), U32(0xcafe), .. payload]);

    internal static byte[] Authentication(byte nextHeader, params byte[][] payload) =>
        Join([[nextHeader, 4, 0, 0], new byte[20], .. payload]);

    internal static byte[] Tcp(ushort from, ushort to, ushort flags, uint sequence = 0x11223344, uint acknowledgment = 0, ushort window = 64240, byte[]? options = null, byte[]? payload = null)
    {
        int header = 20 + (options?.Length ?? 0);
        return Join([U16(from), U16(to), U32(sequence), U32(acknowledgment), U16((ushort)((header / 4 << 12) | flags)), U16(window), U32(0), options ?? [], payload ?? []]);
    }

    internal static byte[] Udp(ushort from, ushort to, params byte[] payload) =>
        Join([U16(from), U16(to), U16((ushort)(8 + payload.Length)), U16(0), payload]);

    internal static byte[] Icmp(byte type, byte code, uint rest, params byte[][] payload) =>
        Join([[type, code, 0, 0], U32(rest), .. payload]);

    /// <summary>The options of a Linux SYN: MSS 1460, SACK permitted, timestamps, window scale 7.</summary>
    internal static byte[] SynOptions() => [2, 4, 0x05, 0xb4, 4, 2, 8, 10, 0, 0, 0, 9, 0, 0, 0, 0, 1, 3, 3, 7];

    internal static byte[] Join(params byte[][] parts) => [.. parts.SelectMany(p => p)];

    internal static byte[] Address(string text) => IPAddress.Parse(text).GetAddressBytes();

    internal static byte[] U16(ushort value)
    {
        byte[] bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        return bytes;
    }

    internal static byte[] U32(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }
}
