namespace PacketPath.Module.Tests.Help;

/// <summary>The about topics: found by Get-Help, of a width that a terminal has, and naming nothing that is not there.</summary>
public sealed class AboutTopicTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private static string[] Files => Directory.GetFiles(Repository.File("en-US"), "about_*.help.txt");

    [Fact]
    public void Each_is_found_by_its_name_and_fits_a_terminal()
    {
        Assert.True(Files.Length >= 2);
        Assert.All(Files, file =>
        {
            var topic = Path.GetFileName(file).Split('.')[0];
            var lines = File.ReadAllLines(file);
            Assert.Equal(["TOPIC", "    " + topic], lines[..2]);
            Assert.All(lines, static line => Assert.InRange(line.Length, 0, 90));
            Assert.Contains(topic, string.Join('\n', engine.Invoke("Get-Help $topic", "topic", topic).AssertClean().Output.Select(static o => o.ToString())), StringComparison.Ordinal);
        });
    }

    [Fact]
    public void They_name_cmdlets_and_topics_that_exist()
    {
        var known = engine.Invoke("Get-Command -Module PacketPath").AssertClean().Of<System.Management.Automation.CmdletInfo>().Select(static c => c.Name)
            .Concat(engine.Invoke("Get-Command -Module Microsoft.PowerShell.Core").Output.Select(static c => c.ToString()!))
            .Concat(["Export-Clixml", "Import-Clixml", "ConvertTo-Json", "ConvertFrom-Json", "Format-Table", "Format-List", "Get-Content", "Copy-Item", "Get-Random", "Select-Object", "Compare-Object", "Out-File", "Sort-Object", "Group-Object", "Start-Job", "Receive-Job"])
            .Concat(Files.Select(static f => Path.GetFileName(f).Split('.')[0])).ToHashSet(StringComparer.Ordinal);
        Assert.All(Files, file =>
        {
            var named = System.Text.RegularExpressions.Regex.Matches(File.ReadAllText(file), @"\b(?:(?:Get|Test|Invoke|Watch|Compare|Trace|Resolve|ConvertTo|Export|Import|Format|Copy|ConvertFrom|Select|Where|ForEach)-[A-Z][A-Za-z]+|about_PacketPath\w*)").Select(static m => m.Value).Distinct();
            Assert.Empty(named.Except(known));
        });
    }

    [Fact]
    public void The_labs_they_name_are_shipped_under_that_name()
    {
        var text = File.ReadAllText(Repository.File("en-US", "about_PacketPath_Labs.help.txt"));
        var chapter = text[text.IndexOf("THE CAPTURE LABS", StringComparison.Ordinal)..text.IndexOf("READING A RESULT", StringComparison.Ordinal)];
        var names = System.Text.RegularExpressions.Regex.Matches(chapter, @"(?<= )[A-Z][A-Za-z]+(?:-IPv6|\*?-\*|\*)|SynDrop\b").Select(static m => m.Value).Concat(["RouteShadowed-IPv4", "NoReply-IPv4"]).ToArray();

        Assert.True(names.Length > 10);
        Assert.All(names, name => Assert.NotEmpty(engine.Invoke("Get-PacketLab $name", "name", name).AssertClean().Of<PacketLabInfo>()));
    }
}
