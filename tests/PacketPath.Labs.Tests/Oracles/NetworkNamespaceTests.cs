using System.Diagnostics;
using PacketPath.HostState;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests;

public class NetworkNamespaceTests
{
    [Fact]
    public void TheOwnNamespace()
    {
        using var own = NetworkNamespace.Open(null);
        Assert.True(own.IsCurrent);
        using var again = NetworkNamespace.Open(Environment.ProcessId.ToString());
        using var byPath = NetworkNamespace.Open("/proc/self/ns/net");
        using var byLabel = NetworkNamespace.Open(own.Label);
        Assert.All([again, byPath, byLabel], same => Assert.Equal((true, own.Label), (same.IsCurrent, same.Label)));
        Assert.Equal(Environment.CurrentManagedThreadId, own.Run(static () => Environment.CurrentManagedThreadId));
    }

    [RootFact]
    public void EveryWayToNameAnother()
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        var name = network.NamespaceOf("a");
        using var sleeper = Process.Start("ip", ["netns", "exec", name, "sleep", "60"]);
        try
        {
            using var byName = NetworkNamespace.Open(name);
            Assert.Equal((false, name), (byName.IsCurrent, byName.Label));
            var inode = byName.Run(static () => new FileInfo("/proc/thread-self/ns/net").LinkTarget!);
            using var byPath = NetworkNamespace.Open("/run/netns/" + name);
            using var byInode = NetworkNamespace.Open(inode);
            Assert.True(SpinWait.SpinUntil(() => new FileInfo($"/proc/{sleeper.Id}/ns/net").LinkTarget == inode, TimeSpan.FromSeconds(10)));
            using var byProcess = NetworkNamespace.Open(sleeper.Id.ToString());
            Assert.All([byPath, byInode, byProcess], same => Assert.Equal((false, name), (same.IsCurrent, same.Label)));
        }
        finally
        {
            sleeper.Kill();
            sleeper.WaitForExit();
        }
    }

    [RootFact]
    public void TheBodyRunsInsideAndTheCallerStaysOutside()
    {
        using var network = LabNetwork.Build(Topologies.Pair());
        using var other = NetworkNamespace.Open(network.NamespaceOf("a"));
        var before = new FileInfo("/proc/thread-self/ns/net").LinkTarget;
        var (inside, thread) = other.Run(static () => (new FileInfo("/proc/thread-self/ns/net").LinkTarget, Environment.CurrentManagedThreadId));
        Assert.NotEqual(before, inside);
        Assert.NotEqual(Environment.CurrentManagedThreadId, thread);
        Assert.Equal(before, new FileInfo("/proc/thread-self/ns/net").LinkTarget);
        Assert.Equal(inside, other.RunAsync(static () => new FileInfo("/proc/thread-self/ns/net").LinkTarget).Result);
        Assert.Throws<FormatException>(() => other.Run<int>(static () => throw new FormatException()));
    }

    [Theory]
    [InlineData("no-such-namespace", NetNamespaceFailure.NotFound, "no-such-namespace")]
    [InlineData("4194999", NetNamespaceFailure.NotFound, "no process 4194999")]
    [InlineData("net:[1]", NetNamespaceFailure.NotFound, "net:[1]")]
    [InlineData("..", NetNamespaceFailure.NotFound, "..")]
    [InlineData("", NetNamespaceFailure.NotFound, "''")]
    [InlineData("/etc/passwd", NetNamespaceFailure.NotANetworkNamespace, "/etc/passwd")]
    [InlineData("/proc/self/ns/pid", NetNamespaceFailure.NotANetworkNamespace, "not a network namespace")]
    [InlineData("/proc/self/ns", NetNamespaceFailure.NotANetworkNamespace, "/proc/self/ns")]
    [InlineData("/no/such/path", NetNamespaceFailure.NotFound, "/no/such/path")]
    public void WhatIsNone(string text, NetNamespaceFailure reason, string words)
    {
        var failure = Assert.Throws<NetNamespaceException>(() => NetworkNamespace.Open(text));
        Assert.Equal(reason, failure.Reason);
        Assert.Contains(words, failure.Message);
        Assert.NotEmpty(failure.Remedy);
    }
}
