using System.Globalization;
using System.Text.Json;
using PacketPath.HostState;
using PacketPath.HostState.Queues;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests;

/// <summary>The counters of queues equal those of tc, ip, nstat and ethtool, on a lab with traffic and losses.</summary>
public class QueueOracleTests
{
    private const string Furnish = """
        set -e
        tc qdisc add dev eth0 root handle 1: htb default 10
        tc class add dev eth0 parent 1: classid 1:1 htb rate 10mbit
        tc class add dev eth0 parent 1:1 classid 1:10 htb rate 8kbit ceil 16kbit
        tc class add dev eth0 parent 1:1 classid 1:20 htb rate 1mbit
        tc qdisc add dev eth0 parent 1:10 handle 10: pfifo limit 2
        tc qdisc add dev eth0 parent 1:20 handle 20: tbf rate 1mbit burst 2000 limit 3000
        tc qdisc add dev eth0 clsact
        for i in $(seq 60); do bash -c 'head -c 1000 /dev/zero > /dev/udp/10.1.0.2/9' || true; done
        """;

    private static QueueReading Read(LabNetwork network, string node, params QueueKind[] kinds)
    {
        using var networkNamespace = NetworkNamespace.Open(network.NamespaceOf(node));
        using var counters = QueueCounters.Open(networkNamespace);
        return counters.Read(new QueueQuery { Kinds = kinds });
    }

    private static JsonElement Ask(LabNetwork network, string command)
    {
        using var document = JsonDocument.Parse(network.MustExec("a", command).Output);
        return document.RootElement.Clone();
    }

    private static long Number(JsonElement item, string name) => item.GetProperty(name).GetInt64();

    private static LabNetwork Busy()
    {
        var network = LabNetwork.Build(Topologies.Pair());
        network.MustExec("a", Furnish);
        return network;
    }

    [RootFact]
    public void DisciplinesAsTcTellsThem()
    {
        using var network = Busy();
        IpOracle.AssertAgree(
            () => Ask(network, "tc -s -j qdisc show").EnumerateArray().Select(item =>
                $"{item.GetProperty("dev").GetString()} {item.GetProperty("kind").GetString()} {item.GetProperty("handle").GetString()} {(item.TryGetProperty("root", out _) ? "root" : item.GetProperty("parent").GetString() is "ffff:fff1" ? "ingress" : item.GetProperty("parent").GetString())} "
                + string.Join(' ', new[] { "bytes", "packets", "drops", "overlimits", "requeues", "backlog", "qlen" }.Select(name => Number(item, name)))),
            () => Read(network, "a", QueueKind.Qdisc).Rows.Select(row =>
                $"{row.InterfaceAlias} {row.Name} {row.Handle} {row.Parent} {row.SentBytes} {row.SentPackets} {row.Drops} {row.Overlimits} {row.Requeues} {row.BacklogBytes} {row.BacklogPackets}"));

        var pfifo = Assert.Single(Read(network, "a", QueueKind.Qdisc).Rows, row => row.Name == "pfifo");
        Assert.True(pfifo is { Drops: > 0, LimitPackets: 2 });
    }

    [RootFact]
    public void ClassesAsTcTellsThem()
    {
        using var network = Busy();
        IpOracle.AssertAgree(
            () => Classes(network.MustExec("a", "tc -s class show dev eth0").Output),
            () => Read(network, "a", QueueKind.Class).Rows.Select(row =>
                $"{row.Name} {row.Handle} {row.Parent} {row.SentBytes} {row.SentPackets} {row.Drops} {row.Overlimits} {row.Requeues}"));

        var ten = Assert.Single(Read(network, "a", QueueKind.Class).Rows, row => row.Handle == "1:10");
        Assert.Equal((8_000L, 16_000L), (ten.RateBitsPerSecond!.Value, ten.CeilingBitsPerSecond!.Value));
    }

    [RootFact]
    public void InterfacesAsIpTellsThem()
    {
        using var network = Busy();
        IpOracle.AssertAgree(
            () => Ask(network, "ip -s -s -j link show").EnumerateArray().Select(item =>
            {
                var (rx, tx) = (item.GetProperty("stats64").GetProperty("rx"), item.GetProperty("stats64").GetProperty("tx"));
                return $"{item.GetProperty("ifname").GetString()} {Number(rx, "packets")} {Number(rx, "bytes")} {Number(rx, "errors")} {Number(rx, "dropped")} {Number(rx, "fifo_errors")} {Number(rx, "missed_errors")} {Number(rx, "crc_errors")}"
                    + $" {Number(tx, "packets")} {Number(tx, "bytes")} {Number(tx, "errors")} {Number(tx, "dropped")} {Number(tx, "carrier_errors")} {Number(tx, "fifo_errors")} {Number(tx, "aborted_errors")}";
            }),
            () => Read(network, "a", QueueKind.Interface).Rows.Select(row => $"{row.Name} " + string.Join(' ', new[]
            {
                "rx_packets", "rx_bytes", "rx_errors", "rx_dropped", "rx_fifo_errors", "rx_missed_errors", "rx_crc_errors",
                "tx_packets", "tx_bytes", "tx_errors", "tx_dropped", "tx_carrier_errors", "tx_fifo_errors", "tx_aborted_errors",
            }.Select(name => row.Counters.Single(counter => counter.Name == name).Value))));
    }

    [RootFact]
    public void ProtocolsAsNstatTellsThem()
    {
        using var network = Busy();
        var names = Read(network, "a", QueueKind.Protocol).Rows.Select(row => row.Name).Where(name => !name.StartsWith("Xfrm", StringComparison.Ordinal)).ToHashSet();
        Assert.True(names.Count > 50);
        Assert.Superset(new HashSet<string> { "TcpExtListenOverflows", "TcpExtTCPBacklogDrop", "TcpExtIPReversePathFilter", "UdpRcvbufErrors", "IpReasmFails", "Ip6InDiscards", "Udp6RcvbufErrors" }, names);
        IpOracle.AssertAgree(
            () => Ask(network, "nstat -a -s -z -j").GetProperty("kernel").EnumerateObject().Where(item => names.Contains(item.Name)).Select(item => $"{item.Name} {item.Value.GetInt64()}"),
            () => Read(network, "a", QueueKind.Protocol).Rows.Where(row => names.Contains(row.Name)).Select(row => $"{row.Name} {row.Counters[0].Value}"));
        Assert.True(Read(network, "a", QueueKind.Protocol).Rows.Single(row => row.Name == "IpOutDiscards").Drops > 0);
    }

    [RootFact]
    public void BacklogsAsTheFileTellsThem()
    {
        using var network = Busy();
        var rows = Read(network, "a", QueueKind.Softnet).Rows;
        var lines = network.MustExec("a", "cat /proc/net/softnet_stat").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(lines.Length, rows.Count);
        for (var i = 0; i < lines.Length; i++)
        {
            // The host goes on working: the counters only rise.
            var columns = lines[i].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text => long.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToArray();
            Assert.Equal($"cpu {columns[12]}", rows[i].Name);
            Assert.InRange(rows[i].ReceivedPackets!.Value, 1, columns[0]);
            Assert.InRange(rows[i].Drops, 0, columns[1]);
            Assert.True(rows[i].IsHostWide);
        }
    }

    [RootFact]
    public void QueuesOfADriverAsEthtoolTellsThem()
    {
        using var network = Busy();
        if (network.Exec("a", "ethtool --version").ExitCode != 0)
        {
            Assert.Fail("ethtool is not installed: build.ps1 -Task Setup installs it");
        }

        IpOracle.AssertAgree(
            () => network.MustExec("a", "ethtool -S eth0").Output.Split('\n').Skip(1).Select(line => line.Trim()).Where(line => line.Length > 0),
            () => Read(network, "a", QueueKind.InterfaceQueue).Rows.Where(row => row.InterfaceAlias == "eth0").SelectMany(row => row.Counters.Select(counter =>
                $"{(row.Name == "driver" ? "" : row.Name.Replace(" ", "_queue_") + "_")}{counter.Name}: {counter.Value}")));
    }

    // tc has no JSON for classes of every kind. A class that keeps no counters has no line of them.
    private static IEnumerable<string> Classes(string text)
    {
        foreach (var block in text.Split("class ", StringSplitOptions.RemoveEmptyEntries))
        {
            var words = block.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
            var head = $"{words[0]} {words[1]} {(words[2] == "root" ? "root" : words[3])}";
            var sent = Array.IndexOf(words, "Sent");
            yield return sent < 0
                ? $"{head} 0 0 0 0 0"
                : $"{head} {words[sent + 1]} {words[sent + 3]} {words[sent + 6].TrimEnd(',')} {words[sent + 8]} {words[sent + 10].TrimEnd(')')}";
        }
    }
}
