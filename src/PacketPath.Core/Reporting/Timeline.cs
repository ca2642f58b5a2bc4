namespace PacketPath.Reporting;

/// <summary>What went to and fro between this host and another, in order.</summary>
internal sealed record Timeline
{
    /// <summary>The heading above.</summary>
    public required string Heading { get; init; }

    /// <summary>What it is of, for who hears the drawing and does not see it.</summary>
    public required string Title { get; init; }

    /// <summary>This host's address and port; empty where not known.</summary>
    public string Local { get; init; } = "";

    /// <summary>What the other side is: target, server.</summary>
    public string PeerName { get; init; } = "target";

    /// <summary>The other side's address and port.</summary>
    public required string Peer { get; init; }

    /// <summary>The other side's address; what comes from any other came from a router.</summary>
    public required string PeerAddress { get; init; }

    /// <summary>The events, in order.</summary>
    public IReadOnlyList<TimelineEvent> Events { get; init; } = [];

    /// <summary>What is said where there are none.</summary>
    public string Nothing { get; init; } = "";

    /// <summary>What came of it.</summary>
    public required string Outcome { get; init; }
}

/// <summary>One thing that was sent.</summary>
/// <param name="At">Milliseconds since the beginning; null where it is not known.</param>
/// <param name="What">What it is.</param>
/// <param name="Details">More about it.</param>
/// <param name="Peer">Who it goes to or comes from.</param>
/// <param name="IsOut">True where this host sent it.</param>
/// <param name="End">What became of it.</param>
internal sealed record TimelineEvent(double? At, string What, string Details, string Peer, bool IsOut, TimelineEnd End);

/// <summary>What becomes of something that was sent.</summary>
internal enum TimelineEnd
{
    /// <summary>It arrives.</summary>
    Arrives,

    /// <summary>It arrives, and says no.</summary>
    Refuses,

    /// <summary>Nothing answers it.</summary>
    Unanswered,

    /// <summary>It came back to this host, and never reached the socket.</summary>
    Unseen,

    /// <summary>It never left this host.</summary>
    NeverLeft,
}
