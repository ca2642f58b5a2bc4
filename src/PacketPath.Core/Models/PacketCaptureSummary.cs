using PacketPath.Capture;

namespace PacketPath;

/// <summary>How well one capture stood: where, from when to when, what it let through, and how many packets it lost. Without it, the absence of a packet proves nothing.</summary>
public sealed record PacketCaptureSummary : PacketEvidence
{
    /// <summary>The interface watched; <c>any</c> for all of them; null where the capture is a file.</summary>
    public string? InterfaceAlias { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The capture file it was read from; null where it was captured live.</summary>
    public string? ReadPath { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The addresses, of more than the link's or the host's own scope, that the namespace had when the capture began: whose packets end there. Empty for a file.</summary>
    public string[] LocalAddresses { get; init; } = [];

    /// <summary>The filter; empty where every packet was let through.</summary>
    public string Filter { get; init; } = "";

    /// <summary>The way of the packets that were watched.</summary>
    public CaptureDirection Direction { get; init; }

    /// <summary>From when on every packet was seen, in UTC; of a file, the time of its first packet. Null where there is none.</summary>
    public DateTime? StartedAt { get; init; }

    /// <summary>Until when, in UTC; of a file, the time of its last packet. Null where there is none.</summary>
    public DateTime? EndedAt { get; init; }

    /// <summary>The packets seen.</summary>
    public long Packets { get; init; }

    /// <summary>The packets lost for want of room; null where nobody counted, as in a file.</summary>
    public long? Lost { get; init; }

    /// <summary>What ended the capture before it should; null where nothing did.</summary>
    public string? Failure { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => FormattableString.Invariant($"{ReadPath ?? $"{NetNamespace}:{InterfaceAlias}"}: {Packets} packets, {(Lost is null ? "losses unknown" : $"{Lost} lost")}");
}
