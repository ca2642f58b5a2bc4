namespace PacketPath.Labs;

/// <summary>A network broken on purpose, the pipeline that looks into it, and the truth.</summary>
public sealed record LabScenario
{
    /// <summary>The scenario's name, unique among the shipped ones.</summary>
    public required string Name { get; init; }

    /// <summary>What is broken, in one line.</summary>
    public required string Title { get; init; }

    /// <summary>What a reader learns from it.</summary>
    public required string Teaches { get; init; }

    /// <summary>The address family it is about.</summary>
    public required AddressFamily Family { get; init; }

    /// <summary>The healthy network.</summary>
    public required LabTopology Topology { get; init; }

    /// <summary>What breaks it, in order; empty for a healthy one.</summary>
    public IReadOnlyList<LabBreakage> Break { get; init; } = [];

    /// <summary>The captures that run beside the pipeline.</summary>
    public IReadOnlyList<LabCapture> Captures { get; init; } = [];

    /// <summary>The node the pipeline looks from.</summary>
    public required string Vantage { get; init; }

    /// <summary>The PowerShell text to run; its last primary verdict counts.</summary>
    public required string Pipeline { get; init; }

    /// <summary>The PowerShell text that comes to the same verdict with Trace-PacketPath as its only source of evidence; null where a trace cannot.</summary>
    public string? Trace { get; init; }

    /// <summary>How long the pipeline may take.</summary>
    public double TimeoutSeconds { get; init; } = 30;

    /// <summary>The truth.</summary>
    public required LabTruth Expected { get; init; }

    /// <summary>The file it was read from; null where it was built in code.</summary>
    public string? Path { get; init; }
}

/// <summary>A capture that runs beside the pipeline, which gets it as <c>$Captures</c>.</summary>
/// <param name="Node">Where it stands.</param>
/// <param name="Interface">The interface; <c>any</c> for all.</param>
/// <param name="Filter">A BPF filter; empty for everything.</param>
public sealed record LabCapture(string Node, string Interface = "any", string Filter = "");

/// <summary>One command that breaks the network.</summary>
/// <param name="Node">Where it is run.</param>
/// <param name="Run">The command, run with <c>sh</c>.</param>
public sealed record LabBreakage(string Node, string Run);

/// <summary>The verdict a scenario must get.</summary>
public sealed record LabTruth
{
    /// <summary>The fault.</summary>
    public required string FaultId { get; init; }

    /// <summary>Its layer.</summary>
    public required PathLayer Layer { get; init; }

    /// <summary>The confidence it must be given; null for any.</summary>
    public Confidence? Confidence { get; init; }

    /// <summary>What the verdict must say, each somewhere in its summary, its evidence or what it does not prove; empty for anything.</summary>
    public IReadOnlyList<string> Says { get; init; } = [];
}
