using System.Management.Automation;

namespace PacketPath.Binding;

/// <summary>Reads what a report can show: traces, verdicts, evidence and captured packets, live or deserialized, and what a lab run wrote.</summary>
internal static class ReportInput
{
    private static readonly (Type Type, string[] Signature)[] Kinds =
    [
        (typeof(PacketFailure), [nameof(PacketFailure.FaultId), nameof(PacketFailure.Layer), nameof(PacketFailure.Confidence), nameof(PacketFailure.Summary)]),
        (typeof(PacketFlowComparison), [nameof(PacketFlowComparison.Outcome), nameof(PacketFlowComparison.Points), nameof(PacketFlowComparison.Crossings), nameof(PacketFlowComparison.ForwardLost)]),
    ];

    /// <summary>Reads one object, which may hold several.</summary>
    public static bool TryRead(PSObject? item, List<object> found, out string problem)
    {
        switch (item?.BaseObject)
        {
            case PacketFailure or PacketFlowComparison:
                found.Add(item.BaseObject);
                problem = "";
                return true;
            case PacketLabResult lab:
                ReadLab(lab, found);
                problem = "";
                return true;
        }

        if (EvidenceReader.TryRead(item, out var evidence, out problem))
        {
            found.Add(evidence);
            return true;
        }

        return item is not null && TryReadBag(item, found, ref problem);
    }

    private static void ReadLab(PacketLabResult lab, List<object> found)
    {
        var before = found.Count;
        foreach (var output in lab.Output)
        {
            // A lab's pipeline may write anything; what is no evidence has no place in a report.
            TryRead(output is null ? null : PSObject.AsPSObject(output), found, out _);
        }

        if (lab.Actual is { } verdict && !found.Skip(before).OfType<PacketFailure>().Any())
        {
            found.Add(verdict);
        }
    }

    private static bool TryReadBag(PSObject item, List<object> found, ref string problem)
    {
        var kind = Kinds.FirstOrDefault(k => k.Signature.All(name => item.Properties[name]?.Value is not null)).Type;
        if (kind is null || item.BaseObject is not PSCustomObject)
        {
            problem = problem.Replace("is not evidence that Resolve-PacketFailure can weigh", "has no place in a report", StringComparison.Ordinal);
            return false;
        }

        try
        {
            found.Add(Whole(PropertyBagReader.Read(item, kind)));
            return true;
        }
        catch (PSInvalidCastException e)
        {
            problem = $"An object that looks like a {kind.Name} cannot be read back: {e.Message}";
            return false;
        }
    }

    // The subject is declared as any object: what it was can be told from its properties alone.
    private static object Whole(object item) => item is PacketFailure { Subject: PSObject subject } verdict
        ? verdict with { Subject = EvidenceReader.TryRead(subject, out var evidence, out _) ? evidence : null }
        : item;
}
