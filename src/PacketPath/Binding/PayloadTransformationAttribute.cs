using System.Management.Automation;
using System.Text;

namespace PacketPath.Binding;

/// <summary>Takes a text for its bytes in UTF-8.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PayloadTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is string text ? Encoding.UTF8.GetBytes(text) : inputData;
}
