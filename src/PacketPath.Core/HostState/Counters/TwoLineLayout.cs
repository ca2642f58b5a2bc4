using System.Buffers.Text;
using System.Text;

namespace PacketPath.HostState.Counters;

/// <summary>Reads tables of /proc/net/netstat and snmp: a line of names, then a line of values. Where the names stand is learnt once.</summary>
/// <param name="wanted">The counters to take, as <c>Table.Name</c>.</param>
internal sealed class TwoLineLayout(IReadOnlySet<string> wanted)
{
    private readonly List<Table> _tables = [];

    private sealed record Table(byte[] Header, string Name, string?[] Columns);

    /// <summary>Hands over every wanted counter. A value line that does not fit its names is passed over.</summary>
    public void Read(ReadOnlySpan<byte> text, Action<string, string, ulong> take)
    {
        for (var index = 0; !text.IsEmpty; index++)
        {
            var header = TakeLine(ref text);
            var values = TakeLine(ref text);
            var table = TableOf(header, index);
            var colon = header.IndexOf((byte)':');
            if (colon > 0 && values.StartsWith(header[..(colon + 1)]))
            {
                ReadValues(values[(colon + 1)..], table, take);
            }
        }
    }

    private static void ReadValues(ReadOnlySpan<byte> values, Table table, Action<string, string, ulong> take)
    {
        foreach (var column in table.Columns)
        {
            values = values.TrimStart((byte)' ');
            var end = values.IndexOf((byte)' ');
            var value = end < 0 ? values : values[..end];
            values = values[value.Length..];
            if (column is not null && Utf8Parser.TryParse(value, out ulong number, out var used) && used == value.Length)
            {
                take(table.Name, column, number);
            }
        }
    }

    private static ReadOnlySpan<byte> TakeLine(ref ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf((byte)'\n');
        var line = end < 0 ? text : text[..end];
        text = end < 0 ? default : text[(end + 1)..];
        return line;
    }

    private Table TableOf(ReadOnlySpan<byte> header, int index)
    {
        if (index < _tables.Count && header.SequenceEqual(_tables[index].Header))
        {
            return _tables[index];
        }

        var words = Encoding.ASCII.GetString(header).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var name = words.Length == 0 ? "" : words[0].TrimEnd(':');
        var table = new Table(header.ToArray(), name, [.. words.Skip(1).Select(word => wanted.Contains($"{name}.{word}") ? word : null)]);
        if (index < _tables.Count)
        {
            _tables[index] = table;
        }
        else
        {
            _tables.Add(table);
        }

        return table;
    }
}
