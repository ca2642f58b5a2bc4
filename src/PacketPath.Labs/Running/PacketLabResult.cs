namespace PacketPath;

/// <summary>What came of one lab: the verdict beside the truth.</summary>
public sealed record PacketLabResult
{
    /// <summary>The scenario's name.</summary>
    public string Scenario { get; init; } = "";

    /// <summary>What the scenario breaks, in one line.</summary>
    public string Title { get; init; } = "";

    /// <summary>The fault that was built in.</summary>
    public string Expected { get; init; } = "";

    /// <summary>Its layer.</summary>
    public PathLayer ExpectedLayer { get; init; }

    /// <summary>The fault found; null where there was no verdict.</summary>
    public string? FaultId { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The verdict; null where there was none.</summary>
    public PacketFailure? Actual { get; init; }

    /// <summary>True where the verdict is the truth.</summary>
    public bool Passed { get; init; }

    /// <summary>How the verdict and the truth differ, or why there is none; null where it passed.</summary>
    public string? Failure { get; init => field = EmptyText.AsNull(value); }

    /// <summary>How long building, running and tearing down took.</summary>
    public double DurationSeconds { get; init; }

    /// <summary>The packets seen at the vantage, where it did not pass; null otherwise, or where no capture could be had.</summary>
    public string? PcapPath { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The namespaces left standing (-KeepOnFailure).</summary>
    public string[] KeptNamespaces { get; init; } = [];

    /// <summary>Everything the pipeline wrote.</summary>
    public object[] Output { get; init; } = [];

    /// <summary>The messages of the errors it wrote.</summary>
    public string[] Errors { get; init; } = [];
}

/// <summary>One lab scenario, as listed.</summary>
public sealed record PacketLabInfo
{
    /// <summary>The name, for Invoke-PacketLab.</summary>
    public string Name { get; init; } = "";

    /// <summary>What is broken, in one line.</summary>
    public string Title { get; init; } = "";

    /// <summary>The address family it is about.</summary>
    public AddressFamily AddressFamily { get; init; }

    /// <summary>The fault it shows.</summary>
    public string FaultId { get; init; } = "";

    /// <summary>The fault's layer.</summary>
    public PathLayer Layer { get; init; }

    /// <summary>What a reader learns from it.</summary>
    public string Teaches { get; init; } = "";

    /// <summary>The pipeline it runs.</summary>
    public string Pipeline { get; init; } = "";

    /// <summary>What it runs with -Trace; null where it has no such text.</summary>
    public string? Trace { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The file.</summary>
    public string Path { get; init; } = "";
}
