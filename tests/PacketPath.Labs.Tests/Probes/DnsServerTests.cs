using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using PacketPath.HostState;
using PacketPath.Probes;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests.Probes;

/// <summary>Name servers of other makers, asked by the probe and by kdig: code, flags and records are the same.</summary>
public partial class DnsServerTests
{
    private const int BigRecords = 14;
    private static readonly int[] Sizes = [0, 512, 1232, 4096];

    private static readonly (string Name, string Type)[] Questions =
    [
        ("www.lab", "A"), ("www.lab", "AAAA"), ("alias.lab", "A"), ("big.lab", "TXT"), ("text.lab", "TXT"), ("mail.lab", "MX"), ("www.lab", "TXT"), ("nowhere.lab", "A"),
    ];

    [PeerTheory("unbound", "kdig")]
    [InlineData("10.1.0.2")]
    [InlineData("fd01::2")]
    public void UnboundAgreesWithKdig(string server)
    {
        var folder = Directory.CreateTempSubdirectory("packetpath-dns-");
        try
        {
            var file = Path.Combine(folder.FullName, "unbound.conf");
            var records = string.Join('\n', Records().Select(r => $"  local-data: '{r}'"));
            File.WriteAllText(file, $"""
                server:
                  interface: 10.1.0.2
                  interface: fd01::2
                  access-control: 0.0.0.0/0 allow
                  access-control: ::/0 allow
                  do-daemonize: no
                  use-syslog: no
                  logfile: ""
                  verbosity: 1
                  username: ""
                  chroot: ""
                  directory: "{folder.FullName}"
                  pidfile: "{folder.FullName}/pid"
                  max-udp-size: 4096
                  edns-buffer-size: 4096
                  minimal-responses: yes
                  num-threads: 1
                  module-config: "iterator"
                  local-zone: "lab." static
                  local-zone: "refused.lab." refuse
                {records}
                remote-control:
                  control-enable: no
                """);
            using var network = Build($"unbound -d -c {file}");
            Agree(network, server);
            Assert.Equal("REFUSED", Ask(network, server, "a.refused.lab", "A").ResponseCode);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [PeerTheory("dnsmasq", "kdig")]
    [InlineData("10.1.0.2")]
    [InlineData("fd01::2")]
    public void DnsmasqAgreesWithKdig(string server)
    {
        var text = string.Join(' ', Big().Select(t => $"--txt-record=big.lab,{t}"));
        using var network = Build(
            "dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --no-ping --user=root --group=root --pid-file= --edns-packet-max=4096 --bind-interfaces "
            + "--listen-address=10.1.0.2 --listen-address=fd01::2 --local=/lab/ --host-record=www.lab,192.0.2.80,2001:db8::80 --cname=alias.lab,www.lab --mx-host=mail.lab,www.lab,10 "
            + $"--txt-record=text.lab,hello {text}");
        Agree(network, server);
        var plain = Ask(network, server, "www.lab", "A");
        Assert.Equal((DnsOutcome.Whole, DnsCookie.NotReturned), (plain.Outcome, plain.Cookie));
    }

    [PeerFact("dnsmasq")]
    public void Two_hundred_questions_in_one_call_are_answered()
    {
        using var network = Build("dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --user=root --group=root --pid-file= --bind-interfaces --listen-address=10.1.0.2 --address=/lab/192.0.2.80");
        using var inside = NetworkNamespace.Open(network.NamespaceOf("a"));
        var results = DnsProbe.Run(
            new DnsProbeOptions { Namespace = inside, ThrottleLimit = 32 },
            Enumerable.Range(0, 200).Select(i => new DnsTarget("10.1.0.2", IPAddress.Parse("10.1.0.2"), $"n{i}.lab"))).ToList();
        Assert.Equal(200, results.Select(r => r.Name).Distinct().Count());
        Assert.All(results, r => Assert.Equal((DnsOutcome.Whole, "192.0.2.80", CaptureStatus.Complete), (r.Outcome, r.Answers.Single().Data, r.CaptureStatus)));
        Assert.All(results.SelectMany(r => r.Exchanges), e => Assert.Equal((e.QueriesSent, 1, 1), (e.QueriesSeen, e.PacketsSeen, e.Fragments)));
    }

    private static void Agree(LabNetwork network, string server)
    {
        foreach (var (name, type) in Questions)
        {
            var result = Ask(network, server, name, type);
            var tcp = result.Exchanges.Where(e => e.Transport == TransportProtocol.Tcp).ToList();
            Assert.Equal(Sizes, result.Exchanges.Where(e => e.Transport == TransportProtocol.Udp).Select(e => e.BufferSize));
            Assert.Equal(type == "TXT" && name == "big.lab" ? 1 : 0, tcp.Count);
            foreach (var exchange in result.Exchanges)
            {
                Assert.Equal(Kdig(network, server, name, type, exchange), (exchange.ResponseCode, Sorted(exchange.Flags!), exchange.AnswerCount));
            }

            var theirs = Lines(network, server, name, type, "+tcp +bufsize=4096").Where(l => !l.StartsWith(';')).Select(Fields).Order(StringComparer.Ordinal);
            Assert.Equal(theirs, result.Answers.Select(a => $"{a.Name} {a.Type} {a.Data}").Order(StringComparer.Ordinal));
            Assert.NotEqual(false, result.AnswersEqual);
        }

        var big = Ask(network, server, "big.lab", "TXT");
        Assert.Equal((DnsOutcome.Truncated, BigRecords, 1232, 4096), (big.Outcome, big.AnswerCount, big.TruncatedAt, big.WholeAt));
        Assert.True(big.Fragments > 1, $"{big.Fragments} fragments");
    }

    private static (string?, string, int) Kdig(LabNetwork network, string server, string name, string type, DnsExchange exchange)
    {
        var how = (exchange.Transport == TransportProtocol.Tcp ? "+tcp " : "+ignore ") + (exchange.BufferSize == 0 ? "+noedns" : $"+bufsize={exchange.BufferSize}");
        var text = string.Join('\n', Lines(network, server, name, type, how));
        return (Status().Match(text).Groups[1].Value, Sorted(Flags().Match(text).Groups[1].Value), int.Parse(Answers().Match(text).Groups[1].Value, CultureInfo.InvariantCulture));
    }

    private static string[] Lines(LabNetwork network, string server, string name, string type, string how) =>
        network.Exec("a", $"kdig @{server} {name} {type} +noall +header +answer +timeout=2 +retry=0 {how}", TimeSpan.FromSeconds(10)).Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    // owner ttl class type data
    private static string Fields(string line)
    {
        var fields = Blank().Split(line, 5);
        return $"{fields[0]} {fields[3]} {fields[4]}";
    }

    private static string Sorted(string flags) => string.Join(' ', flags.Split(' ').Order(StringComparer.Ordinal));

    private static DnsTruncationResult Ask(LabNetwork network, string server, string name, string type)
    {
        using var inside = NetworkNamespace.Open(network.NamespaceOf("a"));
        return DnsProbe.Run(new DnsProbeOptions { Namespace = inside, BufferSizes = Sizes }, [new DnsTarget(server, IPAddress.Parse(server), name, type)]).Single();
    }

    private static IEnumerable<string> Big() => Enumerable.Range(0, BigRecords).Select(i => $"{i:d2}" + new string('x', 200));

    private static IEnumerable<string> Records() =>
    [
        "www.lab. 300 IN A 192.0.2.80", "www.lab. 300 IN AAAA 2001:db8::80", "alias.lab. 300 IN CNAME www.lab.", "mail.lab. 300 IN MX 10 www.lab.", "text.lab. 300 IN TXT \"hello\"",
        .. Big().Select(t => $"big.lab. 300 IN TXT \"{t}\""),
    ];

    private static LabNetwork Build(string server) => LabNetwork.Build(new LabTopology
    {
        Nodes =
        [
            new LabNode { Name = "a" },
            new LabNode
            {
                Name = "b",
                Services = [new LabService { Kind = LabServiceKind.Command, Run = "exec " + server, Ready = new LabReadiness { TcpPort = 53, TimeoutSeconds = 20 } }],
            },
        ],
        Links = [Topologies.Link("a:eth0", "b:eth0", "10.1.0.1/24 fd01::1/64", "10.1.0.2/24 fd01::2/64")],
    });

    [GeneratedRegex("status: ([A-Z]+)")]
    private static partial Regex Status();

    [GeneratedRegex("Flags: ([a-z ]+);")]
    private static partial Regex Flags();

    [GeneratedRegex("ANSWER: ([0-9]+)")]
    private static partial Regex Answers();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blank();
}
