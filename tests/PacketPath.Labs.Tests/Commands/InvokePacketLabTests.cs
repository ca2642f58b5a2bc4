using System.Management.Automation;
using PacketPath.Capture;
using PacketPath.Module.Tests;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests;

public sealed class InvokePacketLabTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private const string Verdict = "[PacketPath.PacketFailure]@{ FaultId = 'NoFault'; Layer = 'RemoteHost'; Confidence = 'Proven' }";

    [RootFact]
    public void ThePipelineRunsAtTheVantage()
    {
        using var lab = new OwnLab(
            "$Vantage; $Nodes.server; (Get-PacketInterface -Name eth0).Addresses.IPAddress; (Test-SynPath 10.0.0.10 -Port 443).Outcome; " + Verdict);
        var result = engine.Invoke("Invoke-PacketLab -Path $file", "file", lab.File).One<PacketLabResult>();
        Assert.True(result.Passed, result.Failure);
        var vantage = Assert.IsType<string>(result.Output[0]);
        Assert.EndsWith("-" + lab.Vantage, vantage);
        Assert.Equal(vantage[..^lab.Vantage.Length] + "server", result.Output[1]);
        Assert.Equal("10.0.0.5", result.Output[2]);
        Assert.Equal(SynOutcome.Open, result.Output.OfType<SynOutcome>().Single());
        Assert.Equal("NoFault", result.FaultId);
        Assert.InRange(result.DurationSeconds, 0.001, 60);
        Assert.Empty(lab.Standing);
    }

    [RootFact]
    public void TheCallersOwnVariablesStayAsTheyWere()
    {
        using var lab = new OwnLab("$mine = 'changed'; " + Verdict);
        var result = engine.Invoke(
            "$mine = 'kept'; $PSDefaultParameterValues = @{ 'Get-X:Y' = 1 }; $null = Invoke-PacketLab -Path $file; $mine; $Vantage; $PSDefaultParameterValues.Count",
            "file",
            lab.File);
        result.AssertClean();
        Assert.Equal(["kept", null, 1], result.Output.Select(o => o?.BaseObject));
    }

    [RootFact]
    public void AWrongVerdictIsAResultWithThePackets()
    {
        using var lab = new OwnLab("$null = Test-SynPath 10.0.0.10 -Port 443; " + Verdict, faultId: "NoReply");
        var result = engine.Invoke("Invoke-PacketLab -Path $file", "file", lab.File).One<PacketLabResult>();
        Assert.False(result.Passed);
        Assert.Equal("The verdict is NoFault, the truth is NoReply.", result.Failure);
        Assert.NotNull(result.PcapPath);
        Assert.True(CountSyns(result.PcapPath) >= 1, "the capture holds no SYN");
        Discard(result);
        Assert.Empty(lab.Standing);
    }

    [RootTheory]
    [InlineData("'nothing'", "no primary verdict")]
    [InlineData("throw 'no such luck'", "no such luck")]
    [InlineData("Get-PacketInterface -NoSuchParameter", "NoSuchParameter")]
    [InlineData("[PacketPath.PacketFailure]@{ FaultId = 'NoFault'; Layer = 'RemoteHost'; IsPrimary = $false }", "no primary verdict")]
    [InlineData("[PacketPath.PacketFailure]@{ FaultId = 'NoFault'; Layer = 'Path' }", "The verdict's layer is Path")]
    public void APipelineThatGivesNoProperVerdictIsAResult(string pipeline, string words)
    {
        using var lab = new OwnLab(pipeline);
        var result = engine.Invoke("Invoke-PacketLab -Path $file", "file", lab.File).One<PacketLabResult>();
        Assert.False(result.Passed);
        Assert.Contains(words, result.Failure);
        Assert.Empty(lab.Standing);
        Discard(result);
    }

    [RootFact]
    public void APipelineThatDoesNotEndIsEnded()
    {
        using var lab = new OwnLab("while ($true) { }", timeoutSeconds: 0.5);
        var result = engine.Invoke("Invoke-PacketLab -Path $file", "file", lab.File).One<PacketLabResult>();
        Assert.False(result.Passed);
        Assert.Contains("did not end within 0.5 s", result.Failure);
        Assert.Empty(lab.Standing);
        Discard(result);
    }

    [RootTheory]
    [InlineData("while ($true) { }", "")]
    [InlineData("Test-SynPath 10.0.0.99 -Port 443 -TimeoutSeconds 50", "")]
    [InlineData("1", "exec sleep 300")]
    public void StoppingLeavesNothing(string pipeline, string command)
    {
        using var lab = new OwnLab(pipeline, timeoutSeconds: 300, commands: command.Length > 0 ? [command] : []);
        var clock = new StopClock();
        for (var i = 0; i < 3; i++)
        {
            using var shell = PowerShell.Create(engine.Runspace);
            using var running = new ManualResetEventSlim();
            shell.Streams.Progress.DataAdded += (_, added) =>
            {
                if (shell.Streams.Progress[added.Index].StatusDescription == "running the pipeline")
                {
                    running.Set();
                }
            };
            var run = shell.AddCommand("Invoke-PacketLab").AddParameter("Path", lab.File).BeginInvoke();
            Assert.True(SpinWait.SpinUntil(() => running.IsSet || (command.Length > 0 && Sleeps(lab)), TimeSpan.FromSeconds(20)));
            var stopping = shell.BeginStop(null, null);
            clock.Time(() => Assert.True(stopping.AsyncWaitHandle.WaitOne(TimeSpan.FromSeconds(20)), "the pipeline did not stop"));
            Assert.True(run.IsCompleted);
            Assert.Empty(lab.Standing);
        }

        clock.AssertWithinLimit();
    }

    [RootFact]
    public void AKeptNetworkStandsUntilItIsRemoved()
    {
        using var lab = new OwnLab(Verdict, faultId: "NoReply");
        var kept = engine.Invoke("Invoke-PacketLab -Path $file -KeepOnFailure", "file", lab.File);
        var result = Assert.Single(kept.Of<PacketLabResult>());
        Assert.Equal(2, result.KeptNamespaces.Length);
        Assert.Contains("-RemoveKept", Assert.Single(kept.Warnings));
        Assert.Single(lab.Standing);
        engine.Invoke("Invoke-PacketLab -RemoveKept").AssertClean();
        Assert.Empty(lab.Standing);
        Discard(result);
    }

    [RootFact]
    public void AFileThatIsNoScenarioIsAnErrorThatNamesThePlace()
    {
        using var lab = new OwnLab(Verdict);
        File.WriteAllText(lab.File, File.ReadAllText(lab.File).Replace("\"tcpAccept\"", "\"tcpExcept\"", StringComparison.Ordinal));
        var result = engine.Invoke("Invoke-PacketLab -Path $file", "file", lab.File);
        var error = Assert.Single(result.Errors);
        Assert.StartsWith("LabFormatInvalid", error.FullyQualifiedErrorId);
        Assert.Contains("$.nodes.server.services[0].type", error.Exception.Message);
        Assert.Equal(lab.File, error.TargetObject);
        Assert.Empty(result.Output);
    }

    [RootFact]
    public void ACommandThatFailsIsAnErrorThatQuotesIt()
    {
        using var lab = new OwnLab(Verdict, commands: ["ip link add nonsense"]);
        var result = engine.Invoke("Invoke-PacketLab -Path $file", "file", lab.File);
        var error = Assert.Single(result.Errors);
        Assert.StartsWith("LabNotBuilt", error.FullyQualifiedErrorId);
        Assert.Contains("ip link add nonsense", error.Exception.Message);
        Assert.Empty(lab.Standing);
    }

    [RootTheory]
    [InlineData("Invoke-PacketLab NoSuchLab", "NoSuchLab")]
    [InlineData("Invoke-PacketLab -Path /no/such/file.json", "/no/such/file.json")]
    public void WhatIsNotThereIsNamed(string command, string target)
    {
        var result = engine.Invoke(command);
        var error = Assert.Single(result.Errors);
        Assert.StartsWith("LabNotFound", error.FullyQualifiedErrorId);
        Assert.Equal(target, error.TargetObject);
    }

    [RootFact]
    public void LabsArePipedAndProgressIsShown()
    {
        var result = engine.Invoke("Get-PacketLab RouteMissing-IPv4 | Invoke-PacketLab");
        Assert.True(result.One<PacketLabResult>().Passed);
        Assert.Contains(result.Progress, p => p.Activity == "Lab RouteMissing-IPv4" && p.StatusDescription == "running the pipeline");
        Assert.Contains(result.Progress, p => p.RecordType == ProgressRecordType.Completed);
    }

    [RootFact]
    public void TheHostsOwnNamespaceIsUntouched()
    {
        var before = HostState.Snapshot();
        engine.Invoke("Invoke-PacketLab OutputFirewallDrop-IPv6, NoFault-PolicyTable-IPv4").AssertClean();
        Assert.Equal(before, HostState.Snapshot());
    }

    // The node's command runs in the lab's namespace, and nothing else does.
    private static bool Sleeps(OwnLab lab) => lab.Standing.Length == 1 && Directory.GetDirectories("/proc").Any(static process =>
    {
        try
        {
            return File.ReadAllText(process + "/cmdline") == "sleep\0300\0" && File.ReadAllText(process + "/status").Contains($"PPid:\t{Environment.ProcessId}\n", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    });

    private static void Discard(PacketLabResult result)
    {
        if (result.PcapPath is not null)
        {
            Directory.Delete(Path.GetDirectoryName(result.PcapPath)!, recursive: true);
        }
    }

    private static int CountSyns(string path)
    {
        var syns = 0;
        using var source = PacketSources.Factory.OpenFile(path, "tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn");
        source.Run((in CapturedPacket _) => syns++, CancellationToken.None);
        return syns;
    }
}
