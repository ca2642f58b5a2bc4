using System.Net;
using PacketPath.HostState;
using PacketPath.Targets;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests;

/// <summary>Names in a namespace are looked up with the files that ip netns exec would put in place, and nowhere else.</summary>
public class NamespaceLookupTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [RootFact]
    public async Task EachNamespaceReadsItsOwnFilesSideBySide()
    {
        var hosts = File.ReadAllText("/etc/hosts");
        var before = File.ReadAllText("/etc/resolv.conf");
        var mounts = MountsBelowEtc();
        using var network = LabNetwork.Build(Two());
        using var a = NetworkNamespace.Open(network.NamespaceOf("a"));
        using var b = NetworkNamespace.Open(network.NamespaceOf("b"));
        using var limit = new CancellationTokenSource(Patience);
        var (fromA, fromB) = (new TargetResolver(a), new TargetResolver(b));
        var asked = Enumerable.Range(0, 40).Select(i => (i % 2 == 0 ? fromA : fromB).ResolveAsync(TargetParser.Parse(i % 4 < 2 ? "host.lab" : "www.lab"), null, limit.Token)).ToArray();
        var own = Task.Run(() => Dns.GetHostAddresses("localhost"), limit.Token);
        var answers = await Task.WhenAll(asked);
        Assert.All(answers.Select((found, i) => (found, i)), answer => Assert.Equal(
            answer.i % 4 < 2 ? [answer.i % 2 == 0 ? "192.0.2.1" : "192.0.2.2"] : answer.i % 2 == 0 ? ["192.0.2.81"] : new[] { "192.0.2.82" },
            answer.found.Select(static address => address.ToString())));
        Assert.Contains(IPAddress.Loopback, await own);

        // What one namespace knows, the host does not.
        using var host = NetworkNamespace.Open(null);
        await Assert.ThrowsAsync<TargetException>(() => new TargetResolver(host).ResolveAsync(TargetParser.Parse("host.lab.invalid"), null, limit.Token));
        Assert.Equal(mounts, MountsBelowEtc());
        Assert.Equal((hosts, before), (File.ReadAllText("/etc/hosts"), File.ReadAllText("/etc/resolv.conf")));
        Assert.DoesNotContain("host.lab", hosts, StringComparison.Ordinal);

        // ip netns exec comes to the same.
        Assert.StartsWith("192.0.2.1 ", network.MustExec("a", "getent hosts host.lab").Output, StringComparison.Ordinal);
        Assert.StartsWith("192.0.2.82 ", network.MustExec("b", "getent hosts www.lab").Output, StringComparison.Ordinal);
    }

    [RootFact]
    public void TheFilesOfALabGoWithIt()
    {
        string[] folders;
        using (var network = LabNetwork.Build(Two()))
        {
            folders = [.. network.Nodes.Values.Select(static name => "/etc/netns/" + name)];
            Assert.All(folders, static folder => Assert.True(File.Exists(folder + "/resolv.conf")));
        }

        Assert.All(folders, static folder => Assert.False(Directory.Exists(folder)));
    }

    private static string[] MountsBelowEtc() => [.. File.ReadLines("/proc/self/mountinfo").Where(static line => line.Split(' ')[4].StartsWith("/etc", StringComparison.Ordinal))];

    private static LabTopology Two() => new() { Nodes = [Node("a", 1), Node("b", 2)] };

    private static LabNode Node(string name, int number) => new()
    {
        Name = name,
        Resolver = new LabResolver
        {
            Servers = ["127.0.0.1"],
            Hosts = new Dictionary<string, IReadOnlyList<string>> { ["host.lab"] = [$"192.0.2.{number}"] },
        },
        Services = [new LabService { Kind = LabServiceKind.Dns, Port = 53, Dns = new LabDns { Records = new Dictionary<string, IReadOnlyList<string>> { ["www.lab"] = [$"A 192.0.2.8{number}"] } } }],
    };
}
