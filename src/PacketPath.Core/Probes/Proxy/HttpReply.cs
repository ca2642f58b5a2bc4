namespace PacketPath.Probes;

/// <summary>The status line and the header of an HTTP/1.x reply, every text of it safe to show.</summary>
internal sealed record HttpReply
{
    /// <summary>The version, as it stands: <c>HTTP/1.1</c>.</summary>
    public required string Version { get; init; }

    /// <summary>The status, 100 to 999.</summary>
    public required int Status { get; init; }

    /// <summary>The reason phrase; empty where there is none.</summary>
    public required string Reason { get; init; }

    /// <summary>The header's fields, in order.</summary>
    public IReadOnlyList<HttpHeader> Headers { get; init; } = [];

    /// <summary>Fields beyond the most that are kept.</summary>
    public int HeadersLeftOut { get; init; }

    /// <summary>Lines of the header that are no field.</summary>
    public int MalformedLines { get; init; }
}

/// <summary>How far a reply has been read.</summary>
internal enum HttpReplyState
{
    /// <summary>More bytes are needed.</summary>
    Reading,

    /// <summary>The header has ended.</summary>
    Complete,

    /// <summary>This is no HTTP/1.x reply.</summary>
    NotHttp,

    /// <summary>The header did not end within the bytes allowed.</summary>
    TooLong,
}
