namespace PacketPath.Reporting;

/// <summary>What a report says about itself.</summary>
public sealed record ReportOptions
{
    /// <summary>The title; null for one made of what the report holds.</summary>
    public string? Title { get; init; }

    /// <summary>When the report was made, in UTC.</summary>
    public DateTime WrittenAt { get; init; } = DateTime.UtcNow;
}
