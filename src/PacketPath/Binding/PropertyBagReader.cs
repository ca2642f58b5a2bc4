using System.Collections;
using System.Management.Automation;

namespace PacketPath.Binding;

/// <summary>
/// Makes a record again from a property bag: a deserialized object, or one read from JSON. The engine's own conversion gives up on empty
/// arrays and on properties that remoting or a types file added; this one takes what the record knows and leaves the rest.
/// </summary>
internal static class PropertyBagReader
{
    /// <summary>Reads a record and, through its properties, every record below it.</summary>
    /// <exception cref="PSInvalidCastException">A value does not fit its property.</exception>
    public static object Read(PSObject bag, Type type)
    {
        var record = Activator.CreateInstance(type)!;
        foreach (var property in type.GetProperties())
        {
            if (property.CanWrite && bag.Properties[property.Name] is { Value: { } value } && Convert(value, property.PropertyType) is { } converted)
            {
                property.SetValue(record, converted);
            }
        }

        return record;
    }

    private static object? Convert(object value, Type type)
    {
        var bare = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        if (type.IsInstanceOfType(bare))
        {
            return bare;
        }

        if (type.IsArray)
        {
            return ToArray(bare, type.GetElementType()!);
        }

        if (IsRecord(type))
        {
            // Serialization that ran out of depth leaves text where a record was: nothing can be read from that.
            return bare is string ? null : Read(PSObject.AsPSObject(value), type);
        }

        var target = Nullable.GetUnderlyingType(type) ?? type;
        if (target.IsEnum && bare is int or long)
        {
            return Enum.ToObject(target, bare);
        }

        if (target.IsEnum && bare is string name && Enum.TryParse(target, name, ignoreCase: true, out var parsed))
        {
            return parsed;
        }

        return target != typeof(string) && bare is string { Length: 0 } ? null : LanguagePrimitives.ConvertTo(bare, target);
    }

    private static Array ToArray(object value, Type elementType)
    {
        var items = value switch
        {
            string when IsRecord(elementType) => [],
            string text => [text],
            IEnumerable many => many.Cast<object?>(),
            _ => [value],
        };
        var converted = items.Where(i => i is not null).Select(i => Convert(i!, elementType)).Where(i => i is not null).ToArray();
        var array = Array.CreateInstance(elementType, converted.Length);
        converted.CopyTo(array, 0);
        return array;
    }

    private static bool IsRecord(Type type) => type.IsClass && type.Assembly == typeof(PacketEvidence).Assembly;
}
