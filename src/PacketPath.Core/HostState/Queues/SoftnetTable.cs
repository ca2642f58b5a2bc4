using System.Buffers.Text;

namespace PacketPath.HostState.Queues;

/// <summary>/proc/net/softnet_stat: one line of hexadecimal columns for each processor that is online.</summary>
internal static class SoftnetTable
{
    /// <summary>Decodes the table. Columns an older kernel lacks are 0; lines that are not of this form are passed over.</summary>
    public static List<SoftnetLine> Read(ReadOnlySpan<byte> text)
    {
        var lines = new List<SoftnetLine>();
        Span<uint> columns = stackalloc uint[15];
        for (var number = 0; !text.IsEmpty; number++)
        {
            var end = text.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[(end + 1)..];
            columns.Clear();
            var count = Columns(line, columns);
            if (count >= 3)
            {
                // Before 5.14 a line does not tell its processor: they come in order.
                lines.Add(new SoftnetLine(
                    count > 12 ? columns[12] : (uint)number, columns[0], columns[1], columns[2], columns[9], columns[10], columns[11], columns[13], columns[14]));
            }
        }

        return lines;
    }

    private static int Columns(ReadOnlySpan<byte> line, Span<uint> columns)
    {
        var count = 0;
        while (count < columns.Length)
        {
            line = line.TrimStart((byte)' ');
            if (line.IsEmpty)
            {
                return count;
            }

            if (!Utf8Parser.TryParse(line, out columns[count], out var used, 'x') || (used < line.Length && line[used] != ' '))
            {
                return 0;
            }

            line = line[used..];
            count++;
        }

        return count;
    }
}

/// <summary>One processor's counters. They are 32 bits wide and wrap.</summary>
/// <param name="Cpu">The processor.</param>
/// <param name="Processed">Packets taken from devices and the backlog.</param>
/// <param name="Dropped">Packets for which the backlog had no room.</param>
/// <param name="TimeSqueeze">How often work was left over when the budget or the time was used up.</param>
/// <param name="ReceivedRps">How often it was woken for packets steered to it.</param>
/// <param name="FlowLimit">Packets of the dropped ones that the limit of a single flow refused.</param>
/// <param name="Backlog">Packets waiting.</param>
/// <param name="InputQueue">Of those, packets in the input queue.</param>
/// <param name="ProcessQueue">Of those, packets in the queue being worked on.</param>
internal readonly record struct SoftnetLine(
    uint Cpu, uint Processed, uint Dropped, uint TimeSqueeze, uint ReceivedRps, uint FlowLimit, uint Backlog, uint InputQueue, uint ProcessQueue);
