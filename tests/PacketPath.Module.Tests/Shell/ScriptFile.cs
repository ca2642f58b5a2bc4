namespace PacketPath.Module.Tests.Shell;

/// <summary>A script file that lives as long as a test.</summary>
public sealed class ScriptFile : IDisposable
{
    /// <summary>Writes the file.</summary>
    public ScriptFile(string text)
    {
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"packetpath-{Guid.NewGuid():N}.ps1");
        File.WriteAllText(Path, text);
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public void Dispose() => File.Delete(Path);
}
