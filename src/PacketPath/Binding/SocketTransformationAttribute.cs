using System.Management.Automation;

namespace PacketPath.Binding;

/// <summary>Makes a socket that crossed a job, a file or a remote session a live one, and takes nothing else for one.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SocketTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        PSObject.AsPSObject(inputData) is var item && item.BaseObject is SocketEntry ? inputData
        : EvidenceReader.TryRead(item, out var evidence, out _) && evidence is SocketEntry socket ? socket
        : throw new ArgumentTransformationMetadataException("This is no socket.", new PSInvalidCastException("This is no socket."));
}
