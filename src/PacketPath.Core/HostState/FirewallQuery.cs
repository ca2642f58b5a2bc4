namespace PacketPath.HostState;

/// <summary>Which base chains are asked for.</summary>
public sealed record FirewallQuery
{
    /// <summary>The hooks; empty for all.</summary>
    public string[] Hooks { get; init; } = [];

    /// <summary>The families; empty for all.</summary>
    public string[] Families { get; init; } = [];

    /// <summary>Tells whether a table's name is wanted; null for all.</summary>
    public Func<string, bool>? Table { get; init; }

    /// <summary>Tells whether a chain's name is wanted; null for all.</summary>
    public Func<string, bool>? Chain { get; init; }

    /// <summary>Tells whether a base chain is wanted.</summary>
    internal bool Wants(string hook, string family, string table, string chain) =>
        (Hooks.Length == 0 || Hooks.Contains(hook, StringComparer.OrdinalIgnoreCase))
        && (Families.Length == 0 || Families.Contains(family, StringComparer.OrdinalIgnoreCase))
        && Table?.Invoke(table) != false
        && Chain?.Invoke(chain) != false;
}
