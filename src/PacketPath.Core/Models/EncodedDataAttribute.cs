namespace PacketPath;

/// <summary>Marks a text that holds bytes (base64): it is never shortened or shown.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class EncodedDataAttribute : Attribute;
