namespace PacketPath.Module.Tests.Shell;

/// <summary>Each row was compared with pwsh 7.6.</summary>
public class ShellExitCodeTests
{
    [Theory]
    [InlineData("1", 0)]
    [InlineData("exit 3", 3)]
    [InlineData("throw 'bad'", 1)]
    [InlineData("Get-Command nosuch-command-here", 1)]
    [InlineData("Get-Command nosuch-command-here; 'after'", 0)]
    [InlineData("nosuch-command-here", 1)]
    [InlineData("1/0; 'after'", 0)]
    [InlineData("/bin/sh -c 'exit 5'", 1)]
    [InlineData("function f { exit 9 }; f; 'never'", 9)]
    [InlineData("'unclosed", 1)]
    public void A_command(string text, int expected)
    {
        Assert.Equal(expected, ShellProcess.Command(text).Code);
    }

    [Theory]
    [InlineData("'fine'", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("exit", 0)]
    [InlineData("throw 'bad'", 1)]
    [InlineData("Get-Command nosuch-command-here\n'after'", 0)]
    [InlineData("/bin/sh -c 'exit 5'", 0)]
    [InlineData("$ErrorActionPreference = 'Stop'\nGet-Command nosuch-command-here\n'after'", 1)]
    [InlineData("param([int] $Count = 'many')", 1)]
    public void A_script_file(string text, int expected)
    {
        using var script = new ScriptFile(text);

        Assert.Equal(expected, ShellProcess.Run(["-File", script.Path]).Code);
    }

    [Theory]
    [InlineData("-NoSuchSwitch")]
    [InlineData("-Command")]
    [InlineData("-File")]
    [InlineData("-File", "/nowhere/at-all.ps1")]
    [InlineData("-WorkingDirectory", "/nowhere/at-all", "-Command", "1")]
    public void A_wrong_command_line_is_64_and_says_why(params string[] words)
    {
        var run = ShellProcess.Run(words);

        Assert.Equal(64, run.Code);
        Assert.Empty(run.Output);
        Assert.Contains(words[^1] == "1" ? words[1] : words[^1], run.Error, StringComparison.Ordinal);
    }
}
