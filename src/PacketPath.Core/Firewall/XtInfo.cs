using System.Runtime.InteropServices;
using System.Text;

namespace PacketPath.Firewall;

/// <summary>An extension's struct, in host order. What lies beyond its end reads as zero.</summary>
internal readonly ref struct XtInfo(ReadOnlySpan<byte> data)
{
    private readonly ReadOnlySpan<byte> _data = data;

    public int Length => _data.Length;

    public byte U8(int offset) => offset < _data.Length ? _data[offset] : (byte)0;

    public ushort U16(int offset) => offset + 2 <= _data.Length ? MemoryMarshal.Read<ushort>(_data[offset..]) : (ushort)0;

    public uint U32(int offset) => offset + 4 <= _data.Length ? MemoryMarshal.Read<uint>(_data[offset..]) : 0;

    /// <summary>Bytes in network order as a number.</summary>
    public ushort U16BigEndian(int offset) => (ushort)((U8(offset) << 8) | U8(offset + 1));

    public ReadOnlySpan<byte> Bytes(int offset, int length) =>
        offset + length <= _data.Length ? _data.Slice(offset, length) : new byte[length];

    /// <summary>Text up to its NUL, safe to show.</summary>
    public string Text(int offset, int length)
    {
        var part = _data[Math.Min(offset, _data.Length)..Math.Min(offset + length, _data.Length)];
        var end = part.IndexOf((byte)0);
        return DisplayText.Clean(Encoding.UTF8.GetString(end < 0 ? part : part[..end]));
    }
}
