using System.Management.Automation;

namespace PacketPath.Binding;

/// <summary>Makes a probe result that crossed a job, a file or a remote session a live one.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SynPathTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        inputData is PSObject { BaseObject: not SynPathResult } wrapped
        && EvidenceReader.TryRead(wrapped, out var evidence, out _) && evidence is SynPathResult result
            ? result
            : inputData;
}
