using System.Globalization;
using System.Net;
using System.Net.Sockets;
using PacketPath.Diagnosis;
using PacketPath.HostState;
using PacketPath.Probes;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests.Probes;

/// <summary>A name server that answers when nobody listens any more.</summary>
public class DnsLateAnswerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [RootTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Answers_after_the_wait_are_not_laid_to_this_host(bool withSource)
    {
        using var network = LabNetwork.Build(new LabTopology { Nodes = [new LabNode { Name = "a" }] });
        using var inside = NetworkNamespace.Open(network.NamespaceOf("a"));
        using var datagrams = inside.Run(() => new Socket(System.Net.Sockets.AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        using var listener = inside.Run(() => new Socket(System.Net.Sockets.AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        datagrams.Bind(new IPEndPoint(IPAddress.Loopback, 53));
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 53));
        listener.Listen();
        var server = Task.Run(() => AnswerLateAsync(inside, datagrams, listener));
        var result = DnsProbe.Run(
            new DnsProbeOptions { Namespace = inside, Timeout = TimeSpan.FromSeconds(1), SourceAddress = withSource ? IPAddress.Loopback : null },
            [new DnsTarget("local", IPAddress.Loopback, "www.example")]).Single();
        Assert.True(await server.WaitAsync(Patience) > 0);
        var asked = result.Exchanges.Where(e => e.Transport == TransportProtocol.Udp).ToList();
        Assert.Equal((DnsOutcome.Silent, CaptureStatus.Complete), (result.Outcome, result.CaptureStatus));
        Assert.All(asked, e => Assert.Equal((e.QueriesSent, 0), (e.QueriesSeen, e.PacketsSeen)));
        Assert.Contains(asked, e => e.PacketsLate > 0);
        var verdict = Assert.Single(Resolver.Resolve([result]), v => v.FaultId == "NameServerUnreachable");
        Assert.Equal(Confidence.Probable, verdict.Confidence);
        Assert.Contains("answers come only after", verdict.Summary, StringComparison.Ordinal);
    }

    // The connection keeps the conversation going until sockets that asked over UDP are closed and their answers sent.
    private static async Task<int> AnswerLateAsync(NetworkNamespace inside, Socket datagrams, Socket listener)
    {
        var buffer = new byte[4096];
        var got = 0;
        Socket? connection = null;
        while (got == 0)
        {
            // The attempt of the SYN probe ends without a word.
            connection?.Dispose();
            connection = await listener.AcceptAsync();
            got = await connection.ReceiveAsync(buffer);
        }

        using (connection)
        {
            var asked = new List<(byte[] Query, EndPoint From)>();
            while (datagrams.Available > 0)
            {
                EndPoint from = new IPEndPoint(IPAddress.Any, 0);
                var length = datagrams.ReceiveFrom(buffer, ref from);
                asked.Add((buffer[..length], from));
            }

            // The first sockets close a good while before the connection is given up.
            var open = new HashSet<int>();
            bool IsLate((byte[] Query, EndPoint From) one) => !open.Contains(((IPEndPoint)one.From).Port);
            Assert.True(SpinWait.SpinUntil(
                () =>
                {
                    open = [.. inside.Run(() => File.ReadAllLines("/proc/thread-self/net/udp")).Skip(1).Select(LocalPort)];
                    return asked.Exists(IsLate);
                },
                Patience));
            var answered = 0;
            foreach (var (query, from) in asked.Where(IsLate))
            {
                query[2] |= 0x80;
                datagrams.SendTo(query, from);
                answered++;
            }

            return answered;
        }
    }

    private static int LocalPort(string line) =>
        int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1].Split(':')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
