namespace PacketPath;

/// <summary>A question about the path of a packet, its answer, and the lab that shows it.</summary>
public sealed record StudyCard
{
    /// <summary>What kind of question it is.</summary>
    public StudyTopic Topic { get; init; }

    /// <summary>The layer it is about.</summary>
    public PathLayer Layer { get; init; }

    /// <summary>The question.</summary>
    public string Question { get; init; } = "";

    /// <summary>The answer.</summary>
    public string Answer { get; init; } = "";

    /// <summary>The lab that shows it, for Invoke-PacketLab.</summary>
    public string Lab { get; init; } = "";

    /// <summary>The fault that lab shows; docs/faults has a page on it.</summary>
    public string FaultId { get; init; } = "";

    /// <summary>The object in one line, as it prints inside another.</summary>
    public override string ToString() => Question;
}

/// <summary>The kinds of study cards.</summary>
public enum StudyTopic
{
    /// <summary>What a tool shows, and why one looks there.</summary>
    Tool,

    /// <summary>A stage on the way out of this host.</summary>
    Outbound,

    /// <summary>The network between the hosts, and what answers for the far one.</summary>
    Beyond,

    /// <summary>A stage on the way into this host, or the way back to it.</summary>
    Inbound,

    /// <summary>A symptom, and the layers it points to.</summary>
    Symptom,

    /// <summary>A capture lab, and what it proves.</summary>
    Lab,

    /// <summary>What an observation proves, and what it does not.</summary>
    Proof,
}
