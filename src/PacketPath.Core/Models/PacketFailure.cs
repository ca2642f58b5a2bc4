namespace PacketPath;

/// <summary>The verdict: the layer and the object at fault, the proof, and what that proof does not show.</summary>
public sealed record PacketFailure : DestinationEvidence
{
    /// <summary>The target as the user wrote it; empty where the evidence does not say.</summary>
    public string TargetName { get; init; } = "";

    /// <summary>The fault's public identifier, for example <c>RouteBlackhole</c>; <c>NoFault</c> where every layer asked answered; <c>Indeterminate</c> where the evidence cannot decide.</summary>
    public string FaultId { get; init; } = "";

    /// <summary>The layer at fault, or the deepest layer asked (NoFault) or cleared (Indeterminate).</summary>
    public PathLayer Layer { get; init; }

    /// <summary>How firmly the evidence carries the verdict.</summary>
    public Confidence Confidence { get; init; }

    /// <summary>True for the one verdict that explains the failure of this target; false for contributing ones.</summary>
    public bool IsPrimary { get; init; } = true;

    /// <summary>One sentence that names the object at fault.</summary>
    public string Summary { get; init; } = "";

    /// <summary>The object at fault: a route, rule, neighbor, interface, hop or probe result.</summary>
    public object? Subject { get; init; }

    /// <summary>The local address the traffic used, where known.</summary>
    public string? LocalAddress { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The observations weighed, for and against.</summary>
    public FailureEvidence[] Evidence { get; init; } = [];

    /// <summary>The layers cleared, each with the observation that cleared it.</summary>
    public ClearedLayer[] RuledOut { get; init; } = [];

    /// <summary>What could not be looked at, why, and the remedy.</summary>
    public MissingObservation[] NotObserved { get; init; } = [];

    /// <summary>What the evidence proves.</summary>
    public string Proves { get; init; } = "";

    /// <summary>What the evidence does not prove.</summary>
    public string DoesNotProve { get; init; } = "";

    /// <summary>Runnable commands that lead on from here.</summary>
    public string[] NextSteps { get; init; } = [];

    /// <summary>The page that explains this fault.</summary>
    public string HelpUri { get; init; } = "";

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{FaultId} ({Layer}, {Confidence}): {Summary}";
}

/// <summary>How firmly a verdict stands.</summary>
public enum Confidence
{
    /// <summary>Compatible with the evidence; others are too.</summary>
    Possible,

    /// <summary>The evidence points here, but one discriminating observation is missing.</summary>
    Probable,

    /// <summary>The discriminating observation was made.</summary>
    Proven,
}

/// <summary>One observation weighed by a verdict.</summary>
public sealed record FailureEvidence
{
    /// <summary>What was seen, in one sentence.</summary>
    public string Observation { get; init; } = "";

    /// <summary>How it was seen: the kernel interface or the probe.</summary>
    public string Source { get; init; } = "";

    /// <summary>Whether it speaks for or against the verdict.</summary>
    public EvidenceBearing Bearing { get; init; }

    /// <summary>When it was seen, in UTC.</summary>
    public DateTime ObservedAt { get; init; }

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{(Bearing == EvidenceBearing.Supports ? '+' : '-')} {Observation} ({Source})";
}

/// <summary>Which way an observation points.</summary>
public enum EvidenceBearing
{
    /// <summary>It speaks for the verdict.</summary>
    Supports,

    /// <summary>It speaks against the verdict.</summary>
    Refutes,
}

/// <summary>A layer that an observation cleared of blame.</summary>
public sealed record ClearedLayer
{
    /// <summary>The layer cleared.</summary>
    public PathLayer Layer { get; init; }

    /// <summary>The observation that cleared it.</summary>
    public string Observation { get; init; } = "";

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{Layer}: {Observation}";
}
