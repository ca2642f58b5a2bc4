using System.Management.Automation;

namespace PacketPath.Binding;

/// <summary>A list of names or wildcard patterns, as parameters take them. An empty list lets everything pass.</summary>
internal sealed class NameFilter
{
    private readonly WildcardPattern[] _patterns;

    /// <summary>Creates a filter; null lets everything pass.</summary>
    public NameFilter(IEnumerable<string>? names)
    {
        var all = names?.Where(static name => !string.IsNullOrEmpty(name)).ToArray() ?? [];
        _patterns = [.. all.Select(static name => WildcardPattern.Get(name, WildcardOptions.IgnoreCase))];
        Literals = [.. all.Where(static name => !WildcardPattern.ContainsWildcardCharacters(name))];
    }

    /// <summary>The names that are no patterns.</summary>
    public string[] Literals { get; }

    /// <summary>True where everything passes.</summary>
    public bool IsEmpty => _patterns.Length == 0;

    /// <summary>True where there is no pattern among the names.</summary>
    public bool IsLiteral => Literals.Length == _patterns.Length;

    /// <summary>True where the name passes.</summary>
    public bool Matches(string? name) => IsEmpty || (name is not null && Array.Exists(_patterns, pattern => pattern.IsMatch(name)));
}
