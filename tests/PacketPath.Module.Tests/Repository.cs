namespace PacketPath.Module.Tests;

/// <summary>Finds the repository this test assembly was built from.</summary>
public static class Repository
{
    /// <summary>The folder that holds PacketPath.psd1.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The module's manifest.</summary>
    public static string Manifest => Path.Combine(Root, "PacketPath.psd1");

    /// <summary>A path below the root.</summary>
    public static string File(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "PacketPath.psd1")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No PacketPath.psd1 above {AppContext.BaseDirectory}.");
    }
}
