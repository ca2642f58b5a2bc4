using System.Buffers.Binary;
using System.Text;

namespace PacketPath.Core.Tests.Probes;

/// <summary>DNS messages written by hand, byte by byte, without the module's own writer.</summary>
internal static class DnsBytes
{
    public const ushort Response = 0x8180;
    public const ushort TruncatedResponse = 0x8380;

    public static byte[] Message(ushort id, ushort flags, params (int Section, byte[] Bytes)[] parts)
    {
        var message = new List<byte>();
        Number(message, id);
        Number(message, flags);
        for (var section = 0; section < 4; section++)
        {
            Number(message, (ushort)parts.Count(p => p.Section == section));
        }

        foreach (var (_, bytes) in parts.OrderBy(p => p.Section))
        {
            message.AddRange(bytes);
        }

        return [.. message];
    }

    public static byte[] Name(string text) =>
        [.. text.TrimEnd('.').Split('.', StringSplitOptions.RemoveEmptyEntries).SelectMany(l => Encoding.Latin1.GetBytes(l).Prepend((byte)l.Length)), 0];

    public static (int, byte[]) Question(string name, ushort type = 1) => (0, [.. Name(name), (byte)(type >> 8), (byte)type, 0, 1]);

    public static (int, byte[]) Record(byte[] name, ushort type, byte[] data, int section = 1, uint age = 300)
    {
        var record = new List<byte>(name);
        Number(record, type);
        Number(record, 1);
        Number(record, (ushort)(age >> 16));
        Number(record, (ushort)age);
        Number(record, (ushort)data.Length);
        record.AddRange(data);
        return (section, [.. record]);
    }

    public static (int, byte[]) Options(int size, byte[]? options = null, byte extendedCode = 0)
    {
        var record = new List<byte> { 0 };
        Number(record, 41);
        Number(record, (ushort)size);
        record.AddRange([extendedCode, 0, 0, 0]);
        Number(record, (ushort)(options?.Length ?? 0));
        record.AddRange(options ?? []);
        return (3, [.. record]);
    }

    public static byte[] Option(ushort code, byte[] value)
    {
        var option = new List<byte>();
        Number(option, code);
        Number(option, (ushort)value.Length);
        option.AddRange(value);
        return [.. option];
    }

    /// <summary>A pointer to the first question's name.</summary>
    public static byte[] ToQuestion => [0xc0, 12];

    public static byte[] Pointer(int target) => [(byte)(0xc0 | (target >> 8)), (byte)target];

    /// <summary>An answer to a query: its number and question, and what is added.</summary>
    public static byte[] Answer(byte[] query, ushort flags, params (int Section, byte[] Bytes)[] parts)
    {
        var end = 12;
        while (query[end] != 0)
        {
            end += query[end] + 1;
        }

        return Message(BinaryPrimitives.ReadUInt16BigEndian(query), flags, [(0, query[12..(end + 5)]), .. parts]);
    }

    /// <summary>Messages of every kind, sound, for cutting and mutating.</summary>
    public static byte[][] Samples { get; } =
    [
        Message(1, 0x0100, Question("www.example.com"), Options(1232, Option(10, new byte[8]))),
        Message(2, Response, Question("www.example.com"), Record(ToQuestion, 1, [192, 0, 2, 1]), Record(ToQuestion, 1, [192, 0, 2, 2]), Options(1232)),
        Message(3, Response, Question("a.example", 28), Record(ToQuestion, 5, [1, (byte)'b', .. Pointer(14)]), Record([1, (byte)'b', .. Pointer(14)], 28, new byte[16])),
        Message(4, Response, Question("example.com", 15), Record(ToQuestion, 15, [0, 10, 4, .. "mail"u8, .. Pointer(12)]), Record(ToQuestion, 33, [0, 1, 0, 2, 0, 53, .. Name("srv.example")])),
        Message(5, 0x8183, Question("nowhere.example"), Record(Pointer(20), 6, [2, .. "ns"u8, .. Pointer(20), 1, (byte)'h', .. Pointer(20), .. new byte[20]], 2)),
        Message(6, Response, Question("t.example", 16), Record(ToQuestion, 16, [3, .. "abc"u8, 0, 4, 0x1b, .. "[2J"u8]), Record(ToQuestion, 257, [0, 5, .. "issue"u8, .. "ca.example"u8])),
        Message(7, Response, Question("h.example", 65), Record(ToQuestion, 65, [0, 1, 0, 0, 1, 0, 3, 2, (byte)'h', (byte)'2', 0, 4, 0, 4, 192, 0, 2, 7]), Record(ToQuestion, 43, new byte[36]), Record(ToQuestion, 48, new byte[68])),
        Message(8, TruncatedResponse, Question("big.example", 16), Options(512, [.. Option(15, [0, 15, .. "policy"u8]), .. Option(10, new byte[16])], 1)),
    ];

    private static void Number(List<byte> bytes, ushort number)
    {
        bytes.Add((byte)(number >> 8));
        bytes.Add((byte)number);
    }
}
