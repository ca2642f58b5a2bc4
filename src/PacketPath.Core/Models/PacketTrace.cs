namespace PacketPath;

/// <summary>The whole path of one target, stage by stage, with the verdict and everything it was made from.</summary>
public sealed record PacketTrace : DestinationEvidence
{
    /// <summary>The target as the user wrote it.</summary>
    public string TargetName { get; init; } = "";

    /// <summary>What was traced: a target tried anew, a connection that is there already, or this host as a server.</summary>
    public TraceKind Kind { get; init; }

    /// <summary>The local address of the flow; null where none is known.</summary>
    public string? LocalAddress { get; init => field = EmptyText.AsNull(value); }

    /// <summary>The local port of the flow; 0 where none is known.</summary>
    public int LocalPort { get; init; }

    /// <summary>Everything the verdict was made from, each object once: what an application's probe saw beneath it is left out where the trace's own attempt saw the same.</summary>
    public object[] Evidence { get; init; } = [];

    /// <summary>The stages of the path, in the order a packet crosses them.</summary>
    public TraceStage[] Stages { get; init; } = [];

    /// <summary>The verdict: what Resolve-PacketFailure gives for this evidence.</summary>
    public PacketFailure Verdict { get; init; } = new();

    /// <summary>The verdicts that contribute. A subject that stands among the evidence is named (<see cref="TraceReference"/>).</summary>
    public PacketFailure[] Contributing { get; init; } = [];

    /// <summary>Milliseconds from the first look at the target to the verdict.</summary>
    public double DurationMilliseconds { get; init; }

    /// <summary>What could not be looked at, why, and the remedy.</summary>
    public MissingObservation[] NotObserved { get; init; } = [];

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{(RemoteAddress.Length == 0 ? TargetName : RemoteAddress.Contains(':') ? "[" + RemoteAddress + "]" : RemoteAddress)}:{RemotePort} {Verdict.FaultId} ({Verdict.Layer})";
}

/// <summary>What a trace is about.</summary>
public enum TraceKind
{
    /// <summary>A target, tried anew from this host.</summary>
    Outbound,

    /// <summary>A connection of this host that was there already.</summary>
    Connection,

    /// <summary>This host as a server: what becomes of a connection that comes in.</summary>
    Listening,
}

/// <summary>One stage of the path.</summary>
public sealed record TraceStage
{
    /// <summary>The layer.</summary>
    public PathLayer Layer { get; init; }

    /// <summary>The layer as a person says it: <c>policy rules</c>, <c>output hooks</c>.</summary>
    public string Name { get; init; } = "";

    /// <summary>What was found there.</summary>
    public TraceStageStatus Status { get; init; }

    /// <summary>The observation in one sentence: what cleared the stage, what is wrong there, or why nobody could look.</summary>
    public string Observation { get; init; } = "";

    /// <summary>The objects observed at this stage: where they stand among the evidence of the trace.</summary>
    public TraceReference[] Evidence { get; init; } = [];

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => $"{Layer} {Status}: {Observation}";
}

/// <summary>An object among the evidence of a trace.</summary>
public sealed record TraceReference
{
    /// <summary>Where it stands, from the trace on: <c>Evidence[0].Route.Rule</c>.</summary>
    public string Path { get; init; } = "";

    /// <summary>The object in one line.</summary>
    public string Text { get; init; } = "";

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => Text;
}

/// <summary>What was found at a stage.</summary>
public enum TraceStageStatus
{
    /// <summary>An observation cleared it.</summary>
    Cleared,

    /// <summary>The verdict's fault is here.</summary>
    Fault,

    /// <summary>Nobody could look, or nothing showed it.</summary>
    NotObserved,

    /// <summary>The packet did not come so far, or nobody asked beyond.</summary>
    NotReached,
}
