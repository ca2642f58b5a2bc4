using System.Reflection;

namespace PacketPath.Module.Tests.Surface;

/// <summary>Fills an object of any output type, every property of it and of what it holds, with values that differ from the defaults.</summary>
/// <param name="arrayLength">How many items every array gets.</param>
/// <param name="leaveOptionalOut">True to leave out whatever may be null, and every array empty.</param>
public sealed class SampleFactory(int arrayLength = 2, bool leaveOptionalOut = false)
{
    private readonly NullabilityInfoContext _nullability = new();
    private int _next = 100;

    /// <summary>Makes a filled object.</summary>
    public object Create(Type type)
    {
        _next++;
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Create(underlying);
        }

        if (type.IsArray)
        {
            var element = type.GetElementType()!;
            var array = Array.CreateInstance(element, arrayLength);
            for (var i = 0; i < arrayLength; i++)
            {
                array.SetValue(Create(element), i);
            }

            return array;
        }

        if (type.IsEnum)
        {
            return Enum.GetValues(type).Cast<object>().Last();
        }

        return Type.GetTypeCode(type) switch
        {
            TypeCode.String => $"text {_next}",
            TypeCode.Boolean => true,
            TypeCode.Int32 => _next,
            TypeCode.Int64 => _next + 5_000_000_000L,
            TypeCode.UInt32 => (uint)_next,
            TypeCode.UInt64 => (ulong)_next + 5_000_000_000UL,
            TypeCode.Byte => (byte)_next,
            TypeCode.Double => _next + 0.25,
            TypeCode.DateTime => new DateTime(2025, 1, 2, 3, 4, 5, DateTimeKind.Utc).AddTicks(_next),
            TypeCode.Object when type == typeof(object) => Create(typeof(NeighborEntry)),
            TypeCode.Object when type.Namespace == "PacketPath" => Fill(type),
            _ => throw new NotSupportedException($"{type} does not survive serialization: use strings, numbers, enums, arrays and records of ours."),
        };
    }

    /// <summary>The properties that make up an object, by name.</summary>
    public static PropertyInfo[] PropertiesOf(Type type) =>
        [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).OrderBy(static property => property.Name, StringComparer.Ordinal)];

    private bool IsOptional(PropertyInfo property) =>
        property.PropertyType.IsArray || _nullability.Create(property).ReadState == NullabilityState.Nullable;

    private object Fill(Type type)
    {
        var item = Activator.CreateInstance(type) ?? throw new NotSupportedException($"{type} has no parameterless constructor.");
        foreach (var property in PropertiesOf(type))
        {
            if (!property.CanWrite)
            {
                throw new NotSupportedException($"{type}.{property.Name} is read-only: deserialized objects would not bind. Compute it in the types file.");
            }

            if (!leaveOptionalOut || !IsOptional(property))
            {
                property.SetValue(item, Create(property.PropertyType));
            }
        }

        return item;
    }
}
