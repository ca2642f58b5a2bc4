using System.Diagnostics;

namespace PacketPath.Module.Tests.Shell;

public class ShellSignalTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public void A_signal_stops_the_pipeline_and_runs_its_finally_blocks(string signal, int expected)
    {
        using var process = ShellProcess.StartCommand("try { 'started'; while ($true) { } } finally { $Host.UI.WriteLine('cleaned up') }");
        Assert.Equal("started", process.StandardOutput.ReadLine());

        Send(process, signal);

        Assert.True(process.WaitForExit(Limit), "The shell did not end.");
        Assert.Equal("cleaned up", process.StandardOutput.ReadToEnd().Trim());
        Assert.Equal(expected, process.ExitCode);
    }

    [Fact]
    public void Ctrl_C_ends_the_process_within_200_ms()
    {
        var clock = new StopClock();
        for (var round = 0; round < 5; round++)
        {
            using var process = ShellProcess.StartCommand("'started'; while ($true) { }");
            Assert.Equal("started", process.StandardOutput.ReadLine());
            clock.Time(() =>
            {
                Send(process, "INT");
                Assert.True(process.WaitForExit(Limit), "The shell did not end.");
            });
        }

        clock.AssertWithinLimit();
    }

    private static void Send(Process process, string signal)
    {
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -{signal} {process.Id}"]);
        Assert.True(kill.WaitForExit(Limit));
        Assert.Equal(0, kill.ExitCode);
    }
}
