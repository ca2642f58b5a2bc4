namespace PacketPath;

/// <summary>Keeps "none" one value: PowerShell turns a null string into an empty one where it rebuilds a deserialized object.</summary>
internal static class EmptyText
{
    /// <summary>The text, or null where it is empty.</summary>
    public static string? AsNull(string? text) => text is { Length: > 0 } ? text : null;
}
