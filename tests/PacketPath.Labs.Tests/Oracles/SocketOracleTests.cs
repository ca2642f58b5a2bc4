using System.Net;
using PacketPath.HostState;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests;

/// <summary>Sockets as PacketPath reads them equal <c>ss -tuanepim</c>: queues, owners, memory, timers, TCP details.</summary>
public sealed class SocketOracleTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static List<SocketEntry> List(NetworkNamespace where, SocketQuery query)
    {
        using var table = SocketTable.Open(where);
        var sockets = table.List(query).ToList();
        Assert.Empty(table.Missing);
        return sockets;
    }

    [RootTheory]
    [InlineData("a", 9)]
    [InlineData("b", 8)]
    public void EverySocketInTheWordsOfSs(string node, int atLeast)
    {
        using var lab = new SocketLab();
        lab.Furnish();
        var query = new SocketQuery { Kinds = [SocketKind.Stream, SocketKind.Datagram] };
        string[] theirs = [], ours = [];

        // Timers run on: what counts is that both say the same of one moment.
        Assert.True(
            SpinWait.SpinUntil(
                () =>
                {
                    theirs = SocketOracle.Read(lab.Network, node);
                    ours = SocketOracle.Ours(List(node == "a" ? lab.A : lab.B, query));
                    return theirs.SequenceEqual(ours);
                },
                Patience),
            $"ss:\n{string.Join('\n', theirs.Except(ours))}\nours:\n{string.Join('\n', ours.Except(theirs))}");
        Assert.True(theirs.Length >= atLeast, string.Join('\n', theirs));
        Assert.Contains(theirs, line => line.Contains($"/{Environment.ProcessId}/", StringComparison.Ordinal));
    }

    [RootFact]
    public void TheKernelFilters()
    {
        using var lab = new SocketLab();
        lab.Furnish();
        var all = List(lab.B, new SocketQuery());
        Check(new SocketQuery { LocalPorts = [80, 82] }, s => s.LocalPort is 80 or 82);
        Check(new SocketQuery { LocalPorts = [80, 81, 82, 5002], States = [SocketState.Listen] }, s => s.State == SocketState.Listen);
        Check(new SocketQuery { RemoteAddresses = [(IPAddress.Parse("10.1.0.0"), 24)] }, s => s.RemoteAddress.EndsWith("10.1.0.1", StringComparison.Ordinal));
        Check(new SocketQuery { LocalAddresses = [(IPAddress.Parse("fd01::2"), 128)], Family = AddressFamily.IPv6 }, s => s.LocalAddress == "fd01::2");
        Check(new SocketQuery { LocalAddresses = [(IPAddress.Parse("10.1.0.2"), 32), (IPAddress.Parse("fd01::"), 16)], LocalPorts = [80, 5002] }, s => s.LocalAddress is "fd01::2" or "::ffff:10.1.0.2" && s.LocalPort is 80 or 5002);
        Check(new SocketQuery { Family = AddressFamily.IPv4 }, s => s.AddressFamily == AddressFamily.IPv4);
        Check(new SocketQuery { Kinds = [SocketKind.Datagram] }, s => s.Kind == SocketKind.Datagram);
        Check(new SocketQuery { Processes = [(Environment.ProcessId, "x")] }, s => s.Owners.Any(o => o.ProcessId == Environment.ProcessId));
        Check(new SocketQuery { LocalPorts = [.. Enumerable.Range(1, 20000)] }, s => s.LocalPort is > 0 and <= 20000);

        void Check(SocketQuery query, Func<SocketEntry, bool> expected)
        {
            var found = List(lab.B, query).Select(s => s.Cookie).Order().ToArray();
            Assert.NotEmpty(found);
            Assert.Equal(all.Where(expected).Select(s => s.Cookie).Order(), found);
        }
    }

    [RootFact]
    public void RawSocketsWithOrWithoutTheirModule()
    {
        using var lab = new SocketLab();
        using var raw = lab.A.Run(() => new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Raw, System.Net.Sockets.ProtocolType.Icmp));
        using var raw6 = lab.A.Run(() => new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetworkV6, System.Net.Sockets.SocketType.Raw, System.Net.Sockets.ProtocolType.IcmpV6));

        var found = List(lab.A, new SocketQuery { Kinds = [SocketKind.Raw] });

        Assert.Equal([TransportProtocol.Icmp, TransportProtocol.IcmpV6], found.Select(s => s.Protocol).Order());
        Assert.All(found, s => Assert.Equal((0, Environment.ProcessId), (s.LocalPort, s.OwningProcess)));
        var theirs = lab.Network.MustExec("a", "ss -wanH 2>/dev/null").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(theirs.Length, found.Count);
    }
}
