namespace PacketPath.Bench;

/// <summary>A file of lines that is gone afterwards.</summary>
internal sealed class LinesFile : IDisposable
{
    internal LinesFile(IEnumerable<string> lines) => File.WriteAllLines(Path, lines);

    internal string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"packetpath-bench-{Guid.NewGuid():N}.txt");

    public void Dispose() => File.Delete(Path);
}
