namespace PacketPath.Core.Tests.Tracing;

/// <summary>What ConvertTo-Json cuts off: whatever is no plain value and lies deeper than it is told to go. An object, an array and each of its items are a level each.</summary>
public static class JsonDepth
{
    /// <summary>Where an object is cut off; nothing where it is written whole.</summary>
    public static IEnumerable<string> Cut(object? value, int depth, string path = "$", int level = 0)
    {
        if (value is null or string or DateTime or decimal || value.GetType() is { IsPrimitive: true } or { IsEnum: true })
        {
            return [];
        }

        return level > depth ? [$"{path} ({value.GetType().Name})"]
            : value is Array items ? items.Cast<object?>().SelectMany((item, i) => Cut(item, depth, $"{path}[{i}]", level + 1))
            : value.GetType().GetProperties().SelectMany(property => Cut(property.GetValue(value), depth, $"{path}.{property.Name}", level + 1));
    }
}
