using System.Management.Automation;
using PacketPath.Labs;

namespace PacketPath.Binding;

/// <summary>Finds shipped scenarios by name or wildcard.</summary>
internal static class LabSelector
{
    public const string Advice = "Get-PacketLab lists the names; a wildcard such as Route* is welcome.";

    /// <summary>The files whose names match; empty where none does.</summary>
    public static IEnumerable<string> Files(string name)
    {
        var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
        return ScenarioLibrary.Files().Where(f => pattern.IsMatch(ScenarioLibrary.NameOf(f)));
    }

    public static ItemNotFoundException NotFound(string name) => new($"There is no lab named '{name}'.");
}
