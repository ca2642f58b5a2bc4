namespace PacketPath.Capture;

/// <summary>Names points as briefly as keeps them apart.</summary>
internal static class CapturePointNames
{
    /// <summary>Sets the names: the interface behind its namespace; behind the host where there are several; of files the file's name, or its path where two are alike.</summary>
    public static void Set(IReadOnlyList<CapturePoint> points)
    {
        var manyHosts = points.Where(static p => p.Label is null).Select(static p => p.ComputerName.ToUpperInvariant()).Distinct().Skip(1).Any();
        var fileNames = points.Where(static p => p.Label is not null).Select(static p => p.Label!).Distinct().GroupBy(static p => Path.GetFileName(p)).ToDictionary(static g => g.Key, static g => g.Count());
        foreach (var point in points)
        {
            var name = point.Label is { } label
                ? (fileNames[Path.GetFileName(label)] == 1 ? Path.GetFileName(label) : label) + point.InterfaceAlias
                : point.NetNamespace.Length == 0 || point.NetNamespace.StartsWith("net:[", StringComparison.Ordinal) ? point.InterfaceAlias ?? "any"
                : $"{point.NetNamespace}:{point.InterfaceAlias ?? "any"}";
            point.Name = DisplayText.Clean(manyHosts && point.Label is null && point.ComputerName.Length > 0 ? $"{point.ComputerName}/{name}" : name);
        }
    }
}
