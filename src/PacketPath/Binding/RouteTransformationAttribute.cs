using System.Management.Automation;

namespace PacketPath.Binding;

/// <summary>Makes a route that crossed a job, a file or a remote session a live one before the binder looks at its properties by name.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RouteTransformationAttribute : ArgumentTransformationAttribute
{
    private const string Deserialized = "Deserialized.PacketPath.PacketRoute";

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        inputData is PSObject { BaseObject: not PacketRoute } wrapped
        && wrapped.TypeNames.Contains(Deserialized)
        && LanguagePrimitives.TryConvertTo(wrapped, out PacketRoute route)
            ? route
            : inputData;
}
