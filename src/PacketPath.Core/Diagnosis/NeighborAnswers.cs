namespace PacketPath.Diagnosis;

/// <summary>Who answered for the next hop, where the link was asked.</summary>
internal static class NeighborAnswers
{
    private const int MostShown = 3;

    /// <summary>The newest reading with answers of the entry that counts, where frames sent to it brought nothing back; null elsewhere. Whatever came back of a hop, of the target or of a control shows that they arrive.</summary>
    public static NeighborEntry? OfSilent(EvidenceSet evidence) =>
        evidence is { IsSilent: true, NextHop: NextHopState.Known, IsHeardByDatagram: false, TwoEnds: null or { Receiver: null or { SawRequest: false } } }
        && evidence.Probe is { Replies.Length: 0, ControlReply: null } probe && !probe.Hops.Any(static hop => hop.Address is not null) && !evidence.RemoteReports.Any()
            ? Of(evidence)
            : null;

    /// <summary>The newest reading with answers.</summary>
    public static NeighborEntry? Of(EvidenceSet evidence) => evidence.Neighbors.FirstOrDefault(static n => n is { LinkLayerAddress: not null, Answers.Length: > 0 });

    /// <summary>The answers as evidence.</summary>
    public static FailureEvidence Observed(EvidenceSet evidence, NeighborEntry entry) => Observations.Supports(
        $"asked who has {entry.IPAddress}, {entry.InterfaceAlias} brings {(entry.Answers.Length == 1 ? "one answer" : Describe.Text($"{entry.Answers.Length} answers"))}: {List(entry)}",
        evidence.IsIPv6 ? "Neighbor Solicitation" : "ARP request",
        entry.ObservedAt);

    /// <summary>The stations that answered.</summary>
    public static string List(NeighborEntry entry) =>
        string.Join(" and ", entry.Answers.Take(MostShown).Select(static a => a.LinkLayerAddress)) + (entry.Answers.Length > MostShown ? " and others" : "");

    /// <summary>True where the station that frames go to is among those that answered.</summary>
    public static bool HoldsEntry(NeighborEntry entry) =>
        entry.Answers.Any(a => string.Equals(a.LinkLayerAddress, entry.LinkLayerAddress, StringComparison.OrdinalIgnoreCase));
}
