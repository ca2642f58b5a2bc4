namespace PacketPath.Module.Tests.Shell;

public class ShellStreamTests
{
    private const string EveryStream = """
        $PSStyle.Foreground.Red + 'output'
        function f { [CmdletBinding()] param() $PSCmdlet.WriteWarning('careful'); $PSCmdlet.WriteVerbose('detail')
            $PSCmdlet.WriteProgress([Management.Automation.ProgressRecord]::new(1, 'activity', 'status')) }
        f -Verbose
        Get-Command nosuch-command-here
        """;

    private static readonly Dictionary<string, string> Xterm = new() { ["TERM"] = "xterm-256color" };

    [Fact]
    public void Errors_go_to_standard_error_and_the_rest_to_standard_output()
    {
        var run = ShellProcess.Command(EveryStream);

        Assert.Equal("output\nWARNING: careful\nVERBOSE: detail\n", run.Output);
        Assert.Contains("'nosuch-command-here'", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_that_ends_a_script_goes_to_standard_error_with_its_place()
    {
        using var script = new ScriptFile("'before'\nthrow 'enough'\n");

        var run = ShellProcess.Run(["-File", script.Path]);

        Assert.Equal("before", run.Output.Trim());
        Assert.Contains("enough", run.Error, StringComparison.Ordinal);
        Assert.Contains(script.Path + ":2", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Redirected_streams_carry_no_escapes()
    {
        var run = ShellProcess.Run(["-c", EveryStream], environment: Xterm);

        Assert.DoesNotContain('\x1b', run.Output);
        Assert.DoesNotContain('\x1b', run.Error);
    }

    [TerminalFact]
    public void A_terminal_gets_colours_and_progress()
    {
        var run = ShellProcess.OnTerminal(EveryStream, Xterm);

        Assert.Contains("\x1b[31moutput", run.Output, StringComparison.Ordinal);
        Assert.Contains("activity", run.Output, StringComparison.Ordinal);
    }

    [TerminalFact]
    public void A_terminal_gets_no_colour_where_NO_COLOR_is_set()
    {
        var run = ShellProcess.OnTerminal(EveryStream, new Dictionary<string, string>(Xterm) { ["NO_COLOR"] = "1" });

        Assert.Contains("output", run.Output, StringComparison.Ordinal);
        Assert.DoesNotMatch("\x1b\\[[0-9;]*m", run.Output);
    }

    [TerminalFact]
    public void Views_are_as_wide_as_the_terminal()
    {
        Assert.Contains("<100>", ShellProcess.OnTerminal("\"<$($Host.UI.RawUI.BufferSize.Width)>\"", Xterm).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("72", "72")]
    [InlineData("nonsense", "120")]
    public void Elsewhere_COLUMNS_or_120_is_the_width(string columns, string expected)
    {
        var run = ShellProcess.Run(["-c", "$Host.UI.RawUI.BufferSize.Width"], environment: new Dictionary<string, string> { ["COLUMNS"] = columns });

        Assert.Equal(expected, run.Output.Trim());
    }

    [Fact]
    public void A_question_nobody_can_answer_is_an_error_never_a_yes()
    {
        const string ask = "function f { [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')] param() if ($PSCmdlet.ShouldProcess('x')) { 'did it' } }; f";

        Assert.All(
            new[] { ShellProcess.Run(["-c", ask]), ShellProcess.Run(["-NonInteractive", "-c", ask], "y\n") },
            static run => Assert.DoesNotContain("did it", run.Output, StringComparison.Ordinal));
        Assert.Contains("did it", ShellProcess.Run(["-c", ask], "y\n").Output, StringComparison.Ordinal);
        Assert.DoesNotContain("did it", ShellProcess.Run(["-c", ask], "n\n").Output, StringComparison.Ordinal);
    }
}
