namespace PacketPath.Diagnosis;

/// <summary>What a fault rule found in one target's evidence.</summary>
internal sealed record Finding
{
    /// <summary>How firmly the evidence carries it.</summary>
    public required Confidence Confidence { get; init; }

    /// <summary>The layer, where it is not the rule's own.</summary>
    public PathLayer? Layer { get; init; }

    /// <summary>The protocol at fault, where it is not the target's.</summary>
    public TransportProtocol? Protocol { get; init; }

    /// <summary>True where the finding may stand beside a verdict but never be it.</summary>
    public bool ContributesOnly { get; init; }

    /// <summary>One sentence that names the object at fault.</summary>
    public required string Summary { get; init; }

    /// <summary>The object at fault.</summary>
    public object? Subject { get; init; }

    /// <summary>The observations weighed; null ones are left out.</summary>
    public FailureEvidence?[] Evidence { get; init; } = [];

    /// <summary>What the rule itself could not look at.</summary>
    public MissingObservation[] NotObserved { get; init; } = [];

    /// <summary>What the evidence proves.</summary>
    public required string Proves { get; init; }

    /// <summary>What the evidence does not prove.</summary>
    public required string DoesNotProve { get; init; }

    /// <summary>Runnable commands that lead on.</summary>
    public required string[] NextSteps { get; init; }
}
