namespace PacketPath.Labs;

/// <summary>The scenarios shipped with the module: the JSON files in Scenarios beside the assembly.</summary>
public static class ScenarioLibrary
{
    /// <summary>The folder.</summary>
    public static string Folder { get; } = Path.Combine(Path.GetDirectoryName(typeof(ScenarioLibrary).Assembly.Location)!, "Scenarios");

    /// <summary>The files, by name.</summary>
    public static IReadOnlyList<string> Files() =>
        Directory.Exists(Folder) ? [.. Directory.GetFiles(Folder, "*.json", SearchOption.AllDirectories).OrderBy(NameOf, StringComparer.OrdinalIgnoreCase)] : [];

    /// <summary>The names, without reading the files: each file bears its scenario's name.</summary>
    public static IEnumerable<string> Names() => Files().Select(NameOf);

    /// <summary>The scenario's name, which its file bears.</summary>
    public static string NameOf(string file) => Path.GetFileNameWithoutExtension(file);

    /// <summary>A scenario as it is listed.</summary>
    public static PacketLabInfo Describe(LabScenario scenario) => new()
    {
        Name = scenario.Name,
        Title = scenario.Title,
        AddressFamily = scenario.Family,
        FaultId = scenario.Expected.FaultId,
        Layer = scenario.Expected.Layer,
        Teaches = scenario.Teaches,
        Pipeline = scenario.Pipeline,
        Trace = scenario.Trace,
        Path = scenario.Path ?? "",
    };
}
