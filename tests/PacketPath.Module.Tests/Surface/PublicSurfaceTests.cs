namespace PacketPath.Module.Tests.Surface;

public class PublicSurfaceTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private const string Switch = "PACKETPATH_UPDATE_SNAPSHOTS";

    [Fact]
    public void The_public_surface_changes_only_on_purpose()
    {
        var path = Repository.File("tests", "data", "public-surface.txt");
        var now = PublicSurface.Describe(engine);
        if (Environment.GetEnvironmentVariable(Switch) == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, now);
        }

        var before = File.Exists(path) ? File.ReadAllLines(path) : [];
        var lines = now.TrimEnd('\n').Split('\n');
        var gone = before.Except(lines).Select(static line => "- " + line);
        var added = lines.Except(before).Select(static line => "+ " + line);

        Assert.True(
            before.SequenceEqual(lines),
            $"""
            Cmdlets, parameters, types or enum values have changed; scripts depend on them.
            Where that is meant, run the tests with {Switch}=1 and commit tests/data/public-surface.txt.
            {string.Join('\n', gone.Concat(added).Take(40))}
            """);
    }
}
