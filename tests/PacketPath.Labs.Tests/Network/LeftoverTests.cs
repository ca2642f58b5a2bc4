using System.Diagnostics;
using PacketPath.Module.Tests;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests;

/// <summary>Every network built elsewhere at the same time would clean away what these leave.</summary>
[CollectionDefinition(nameof(LeftoverTests), DisableParallelization = true)]
public sealed class LeftoverTestsAlone;

/// <summary>What a run leaves that was killed, and who removes it.</summary>
[Collection(nameof(LeftoverTests))]
public class LeftoverTests
{
    [RootFact]
    public void TheNextRunRemovesWhatAKilledRunLeft()
    {
        using var child = LabChild.Start();
        var names = child.Namespaces;
        using (LabNetwork.Build(Topologies.Pair()))
        {
            Assert.All(names, name => Assert.True(File.Exists("/run/netns/" + name), "a live run was cleaned away"));
        }

        child.Kill();
        Assert.All(names, name => Assert.True(File.Exists("/run/netns/" + name), "the kill was to leave the network standing"));
        Assert.NotEmpty(HostState.ProcessesIn(names[0]));
        Assert.True(File.Exists($"/etc/netns/{names[0]}/resolv.conf"), "the kill was to leave the files standing");
        using (LabNetwork.Build(Topologies.Pair()))
        {
            Assert.All(names, name => Assert.False(File.Exists("/run/netns/" + name) || Directory.Exists("/etc/netns/" + name)));
        }
    }

    [RootFact]
    public void CleanersAndNewRunsDoNotMeet()
    {
        using var over = new CancellationTokenSource();
        var cleaners = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            while (!over.IsCancellationRequested)
            {
                LabOwnership.RemoveLeftovers();
            }
        })).ToArray();
        for (var i = 0; i < 500; i++)
        {
            using var run = LabOwnership.Take();
            Assert.True(File.Exists(Path.Combine(LabOwnership.Directory, run.Id)));
        }

        over.Cancel();
        Task.WaitAll(cleaners, TimeSpan.FromSeconds(10));
    }

    [RootFact]
    public void AProcessThatEndsTakesItsNetworkWithIt()
    {
        using var child = LabChild.Start();
        var names = child.Namespaces;
        child.Terminate();
        Assert.All(names, name => Assert.False(File.Exists("/run/netns/" + name)));
    }

    [RootFact]
    public void AKeptNetworkStandsUntilItIsRemoved()
    {
        string[] names;
        using (var network = LabNetwork.Build(Topologies.Pair()))
        {
            names = [.. network.Nodes.Values];
            network.Keep();
        }

        using (LabNetwork.Build(Topologies.Pair()))
        {
            Assert.All(names, name => Assert.True(File.Exists("/run/netns/" + name)));
        }

        var removed = LabNetwork.RemoveKept();
        Assert.All(names, name => Assert.Contains(name, removed));
        Assert.All(names, name => Assert.False(File.Exists("/run/netns/" + name)));
    }
}
