using System.Management.Automation;

namespace PacketPath.Binding;

/// <summary>Keeps an object of this module from being taken for its own text when it is piped in: its properties bind by name instead.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NotEvidenceAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        IsEvidence(inputData)
            ? throw new ArgumentTransformationMetadataException("An object of this module is no text.", new PSInvalidCastException("An object of this module is no text."))
            : inputData;

    private static bool IsEvidence(object? input) => input switch
    {
        PacketEvidence => true,
        PSObject { BaseObject: PacketEvidence } => true,
        PSObject wrapped => wrapped.TypeNames.Count > 0 && wrapped.TypeNames[0].StartsWith("Deserialized.PacketPath.", StringComparison.Ordinal),
        _ => false,
    };
}
