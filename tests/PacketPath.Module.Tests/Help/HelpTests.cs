using System.Management.Automation;
using PacketPath.Module.Tests.Surface;

namespace PacketPath.Module.Tests.Help;

/// <summary>What Get-Help shows, in the bare engine.</summary>
public class HelpTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private const string Gap = "{{";

    private string[] Cmdlets => [.. OutputTypes.Cmdlets(engine).Keys];

    [Fact]
    public void Cmdlets_pages_and_help_are_one_to_one()
    {
        var pages = Directory.GetFiles(Repository.File("docs", "cmdlets"), "*.md").Select(static path => Path.GetFileNameWithoutExtension(path)!);
        var helped = Directory.GetFiles(Repository.File("en-US"), "*-Help.xml")
            .SelectMany(File.ReadLines)
            .Where(static line => line.Contains("<command:name>", StringComparison.Ordinal))
            .Select(static line => line.Trim().Replace("<command:name>", "", StringComparison.Ordinal).Replace("</command:name>", "", StringComparison.Ordinal));

        Assert.Equal(Cmdlets, pages.Order(StringComparer.Ordinal));
        Assert.Equal(Cmdlets, helped.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_cmdlet_has_a_synopsis_and_a_description()
    {
        Assert.All(Cmdlets, name =>
        {
            var help = Help(name);
            AssertWritten(Text(help.Properties["Synopsis"].Value));
            AssertWritten(Text(help.Properties["description"].Value));
        });
    }

    [Fact]
    public void Every_parameter_is_explained_and_no_other()
    {
        var common = Cmdlet.CommonParameters.Concat(Cmdlet.OptionalCommonParameters).ToHashSet(StringComparer.OrdinalIgnoreCase);
        Assert.All(Cmdlets, name =>
        {
            var real = engine.Invoke("(Get-Command $name).Parameters.Keys", "name", name).Of<string>().Where(parameter => !common.Contains(parameter));
            var explained = engine.Invoke("(Get-Help $name -Full).parameters.parameter", "name", name).Output;

            Assert.Equal(
                real.Order(StringComparer.OrdinalIgnoreCase),
                explained.Select(static parameter => parameter.Properties["name"].Value.ToString()!).Where(parameter => !common.Contains(parameter)).Order(StringComparer.OrdinalIgnoreCase),
                StringComparer.OrdinalIgnoreCase);
            Assert.All(explained, static parameter => AssertWritten(Text(parameter.Properties["description"].Value)));
        });
    }

    [Fact]
    public void Every_cmdlet_shows_at_least_two_examples_with_what_they_print()
    {
        Assert.All(Cmdlets, name =>
        {
            var examples = engine.Invoke("(Get-Help $name -Full).examples.example", "name", name).Output;

            Assert.True(examples.Length >= 2, $"{name} has {examples.Length} example(s).");
            Assert.All(examples, example =>
            {
                var text = Text(example.Properties["code"]?.Value) + Text(example.Properties["introduction"]?.Value) + Text(example.Properties["remarks"]?.Value);
                AssertWritten(text);
                Assert.Contains(name, text, StringComparison.Ordinal);
            });
        });
    }

    [Fact]
    public void The_module_has_an_about_topic()
    {
        var text = string.Join('\n', engine.Invoke("Get-Help about_PacketPath").AssertClean().Output.Select(static item => item.ToString()));

        Assert.All(Cmdlets, name => Assert.Contains(name, text, StringComparison.Ordinal));
        Assert.All(Enum.GetNames<PathLayer>(), layer => Assert.Contains(layer, text, StringComparison.Ordinal));
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        PSObject { BaseObject: PSCustomObject } item => Text(item.Properties["Text"]?.Value),
        PSObject item => Text(item.BaseObject),
        string text => text,
        System.Collections.IEnumerable items => string.Join('\n', items.Cast<object?>().Select(Text)),
        _ => value.ToString() ?? "",
    };

    private static void AssertWritten(string text)
    {
        Assert.False(string.IsNullOrWhiteSpace(text), "A help text is empty.");
        Assert.DoesNotContain(Gap, text, StringComparison.Ordinal);
    }

    private PSObject Help(string name) => engine.Invoke("Get-Help $name -Full", "name", name).AssertClean().Output.Single();
}
