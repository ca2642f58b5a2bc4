namespace PacketPath.Diagnosis;

/// <summary>One fault: what must have been observed for it to be the verdict. Pure; one class, one page and one pair of tests each.</summary>
public abstract class FaultRule
{
    /// <summary>The fault's public identifier.</summary>
    public string Id => GetType().Name;

    /// <summary>The layer at fault.</summary>
    public abstract PathLayer Layer { get; }

    /// <summary>The identifiers of coarser faults that this one explains: where both fire, only this one stands.</summary>
    public virtual IReadOnlyList<string> Explains => [];

    /// <summary>True where the fault may show although the target answers: it is about more than reaching it.</summary>
    internal virtual bool LooksBeyondReach => false;

    /// <summary>The page that explains the fault.</summary>
    public string HelpUri => $"docs/faults/{Id}.md";

    /// <summary>Weighs the evidence about one target; null where this is not the fault.</summary>
    internal abstract Finding? Evaluate(EvidenceSet evidence);
}
