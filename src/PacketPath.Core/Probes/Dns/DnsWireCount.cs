using PacketPath.Capture;

namespace PacketPath.Probes;

/// <summary>Counts what was seen on the wire of one question.</summary>
internal static class DnsWireCount
{
    /// <summary>What the sightings come to.</summary>
    /// <param name="exchange">The question.</param>
    /// <param name="seen">Its datagrams and first fragments, in the order they came.</param>
    /// <param name="later">Later fragments, its own and others'.</param>
    /// <param name="server">The server asked.</param>
    /// <param name="serverPort">Its port.</param>
    /// <param name="until">When the socket ceased to listen, in nanoseconds since 1970: what came after it nobody could receive.</param>
    public static DnsExchange Tell(DnsExchange exchange, IReadOnlyList<DnsSighting> seen, IReadOnlyList<DnsSighting> later, PacketAddress server, int serverPort, long until)
    {
        var place = seen.Where(s => s.To == server || s.From == server).GroupBy(s => s.InterfaceIndex).OrderByDescending(g => g.Count()).FirstOrDefault();
        var queries = place?.Count(s => s.To == server && s.DestinationPort == serverPort) ?? 0;
        var answers = place?.Where(s => s.From == server && s.SourcePort == serverPort)
            .Select(a => a.More ? later.Where(l => l.InterfaceIndex == a.InterfaceIndex && l.Identification == a.Identification && l.To == a.To).Prepend(a).ToList() : [a]).ToList() ?? [];
        var inTime = answers.Where(a => !IsLate(a, until)).ToList();
        var parts = inTime.Where(a => a[0].More).ToList();
        var packets = inTime.Sum(a => a.Count(p => p.TimestampNanoseconds <= until));
        return exchange with
        {
            QueriesSeen = queries,
            PacketsSeen = packets,
            PacketsLate = answers.Sum(a => a.Count) - packets,
            Fragments = inTime.Count == 0 ? 0 : parts.Count == 0 ? 1 : parts.Max(a => a.DistinctBy(f => f.Offset).Count()),
            FragmentsWhole = parts.Count == 0 ? null : parts.Exists(IsWhole),
        };
    }

    // An answer is there with the last of its fragments. One that never came whole counts from its first.
    private static bool IsLate(List<DnsSighting> answer, long until) => !answer[0].More || !IsWhole(answer)
        ? answer.TrueForAll(p => p.TimestampNanoseconds > until)
        : answer.DistinctBy(f => f.Offset).Max(f => f.TimestampNanoseconds) > until;

    private static bool IsWhole(List<DnsSighting> fragments)
    {
        var next = 0;
        foreach (var fragment in fragments.DistinctBy(f => f.Offset).OrderBy(f => f.Offset))
        {
            if (fragment.Offset > next)
            {
                return false;
            }

            next = Math.Max(next, fragment.Offset + fragment.Length);
            if (!fragment.More)
            {
                return true;
            }
        }

        return false;
    }
}
