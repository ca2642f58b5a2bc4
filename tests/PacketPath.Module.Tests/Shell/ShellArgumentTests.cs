namespace PacketPath.Module.Tests.Shell;

public class ShellArgumentTests
{
    private const string Echo = """
        param([string] $Name, [int] $Count = 1, [switch] $Loud, [Parameter(ValueFromRemainingArguments)] [string[]] $Rest)
        "$Name|$Count|$Loud|$($Rest -join ',')"
        """;

    [Theory]
    [InlineData("foo|3|True|x,y", "-Name", "foo", "-Count", "3", "-Loud", "x", "y")]
    [InlineData("a b|1|False|", "-Name", "a b")]
    [InlineData("foo|1|False|", "-Name:foo", "-Loud:$false")]
    [InlineData("it's $(1);2|1|False|", "-Name", "it's $(1);2")]
    [InlineData("-5|1|False|", "-Name:-5")]
    [InlineData("|-7|False|", "-Count", "-7")]
    [InlineData("positional|2|False|third", "positional", "2", "third")]
    public void Words_after_a_script_bind_as_if_typed(string expected, params string[] words)
    {
        using var script = new ScriptFile(Echo);

        var run = ShellProcess.Run(["-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-File", script.Path, .. words]);

        Assert.Equal(("", expected), (run.Error, run.Output.Trim()));
    }

    [Fact]
    public void A_bare_script_path_needs_no_File()
    {
        using var script = new ScriptFile(Echo);

        Assert.Equal("foo|1|False|", ShellProcess.Run([script.Path, "-Name", "foo"]).Output.Trim());
    }

    [Fact]
    public void A_script_knows_where_it_is()
    {
        using var script = new ScriptFile("$PSCommandPath; $PSScriptRoot; $MyInvocation.MyCommand.Path");

        Assert.Equal(
            [script.Path, Path.GetDirectoryName(script.Path)!, script.Path],
            ShellProcess.Run(["-f", script.Path]).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("42", "-c", "40 + 2")]
    [InlineData("2", "-nop", "-noni", "-nol", "-c", "1", "+", "1")]
    [InlineData("a,b c", "-CommandWithArgs", "$args -join ','", "a", "b c")]
    [InlineData("/", "-wd", "/", "-c", "$PWD.Path")]
    public void Short_names_and_joined_words_work(string expected, params string[] words)
    {
        Assert.Equal(expected, ShellProcess.Run(words).Output.Trim());
    }

    [Theory]
    [InlineData("-Command", "-")]
    [InlineData("-")]
    public void Commands_are_read_from_standard_input(params string[] words)
    {
        var run = ShellProcess.Run(words, "$x = 20\nif ($true) {\n  $x * 2\n}\nexit 6\n");

        Assert.Equal((6, "40"), (run.Code, run.Output.Trim()));
    }

    [Fact]
    public void Input_holds_the_lines_of_standard_input()
    {
        Assert.Equal("<a>\n<b>", ShellProcess.Run(["-c", "$input | ForEach-Object { \"<$_>\" }"], "a\nb\n").Output.Trim());
    }

    [Fact]
    public void Version_and_help_are_on_standard_output()
    {
        Assert.StartsWith("PowerShell 7.", ShellProcess.Run(["-Version"]).Output, StringComparison.Ordinal);
        Assert.Contains("-Command", ShellProcess.Run(["-Help"]).Output, StringComparison.Ordinal);
    }
}
