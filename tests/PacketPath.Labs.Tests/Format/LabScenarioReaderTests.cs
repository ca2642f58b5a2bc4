namespace PacketPath.Labs.Tests;

public class LabScenarioReaderTests
{
    private const string Right =
        """
        {
          "name": "Own-1", "title": "A title", "teaches": ["One line,", "and another."], "family": "IPv6",
          "nodes": {
            "client": { "routes": ["default via 2001:db8::1"], "rules": ["to 2001:db8:2::/64 lookup 100"], "sysctls": { "net.ipv4.ip_default_ttl": 42 } },
            "lan": { "switch": true },
            "router": {
              "forwarding": true,
              "commands": ["true"],
              "resolver": { "servers": ["192.0.2.53", "2001:db8::53"], "search": ["lab", "example"], "options": ["ndots:2"], "hosts": { "www.lab": ["192.0.2.80", "2001:db8::80"] } },
              "services": [
                { "type": "tcpAccept", "port": 443, "address": "2001:db8::1" },
                { "type": "tcpListen", "port": 80, "backlog": 0 },
                { "type": "udpEcho", "port": 7 },
                { "type": "command", "run": "sleep 9", "ready": { "tcpPort": 22, "timeoutSeconds": 2.5 } },
              ],
            },
          },
          // A comment is welcome.
          "links": [
            { "ends": { "client:eth0": ["2001:db8::5/64"], "lan:p1": [] }, "mtu": 1400 },
            { "ends": { "router:eth0": ["2001:db8::1/64 nodad", "192.0.2.1/24"], "lan:p2": [] } }
          ],
          "break": [ { "node": "router", "run": ["one", "two"] } ],
          "vantage": "client",
          "pipeline": ["$a = 1", "$a"],
          "timeoutSeconds": 12,
          "expected": { "faultId": "NoReply", "layer": "Path", "confidence": "Proven" }
        }
        """;

    [Fact]
    public void EveryMemberIsRead()
    {
        var scenario = LabScenarioReader.Parse(Right, "own.json");
        Assert.Equal("Own-1", scenario.Name);
        Assert.Equal("One line, and another.", scenario.Teaches);
        Assert.Equal(AddressFamily.IPv6, scenario.Family);
        Assert.Equal(["client", "lan", "router"], scenario.Topology.Nodes.Select(n => n.Name));
        Assert.True(scenario.Topology.Nodes[1].IsSwitch);
        Assert.True(scenario.Topology.Nodes[2].Forwarding);
        Assert.Equal("42", scenario.Topology.Nodes[0].Sysctls["net.ipv4.ip_default_ttl"]);
        Assert.Null(scenario.Topology.Nodes[0].Resolver);
        var resolver = scenario.Topology.Nodes[2].Resolver!;
        Assert.Equal("nameserver 192.0.2.53\nnameserver 2001:db8::53\nsearch lab example\noptions ndots:2\n", resolver.ConfigurationText);
        Assert.EndsWith("localhost\n192.0.2.80 www.lab\n2001:db8::80 www.lab\n", resolver.HostsText, StringComparison.Ordinal);
        Assert.Equal(1400, scenario.Topology.Links[0].Mtu);
        Assert.Equal(["2001:db8::1/64 nodad", "192.0.2.1/24"], scenario.Topology.Links[1].A.Addresses);
        var services = scenario.Topology.Nodes[2].Services;
        Assert.Equal(
            [LabServiceKind.TcpAccept, LabServiceKind.TcpListen, LabServiceKind.UdpEcho, LabServiceKind.Command], services.Select(s => s.Kind));
        Assert.Equal("2001:db8::1", services[0].Address);
        Assert.Equal(0, services[1].Backlog);
        Assert.Equal(2.5, services[3].Ready!.TimeoutSeconds);
        Assert.Equal("one\ntwo", Assert.Single(scenario.Break).Run);
        Assert.Equal("$a = 1\n$a", scenario.Pipeline);
        Assert.Equal(12, scenario.TimeoutSeconds);
        Assert.Equal(new LabTruth { FaultId = "NoReply", Layer = PathLayer.Path, Confidence = Confidence.Proven }, scenario.Expected);
    }

    [Theory]
    [InlineData("\"mtu\": 1400", "\"mtu\": 14", "$.links[0].mtu", "68 to 65535")]
    [InlineData("\"mtu\": 1400", "\"mut\": 1400", "$.links[0].mut", "ends, mtu")]
    [InlineData("\"family\": \"IPv6\"", "\"family\": \"6\"", "$.family", "IPv4, IPv6")]
    [InlineData("\"family\": \"IPv6\"", "\"family\": 6", "$.family", "text is wanted here, not a number")]
    [InlineData("\"vantage\": \"client\"", "\"vantage\": \"clinet\"", "$.vantage", "client, lan, router")]
    [InlineData("\"vantage\": \"client\"", "\"vantage\": \"lan\"", "$.vantage", "switch")]
    [InlineData("\"vantage\": \"client\",", "", "$", "'vantage' is missing")]
    [InlineData("\"layer\": \"Path\"", "\"layer\": \"Pat\"", "$.expected.layer", "RouteLookup")]
    [InlineData("\"faultId\": \"NoReply\"", "\"faultId\": \"NoRepply\"", "$.expected.faultId", "the nearest is NoReply. The faults are: ")]
    [InlineData("\"faultId\": \"NoReply\"", "\"faultId\": \"RouteBlackholes\"", "$.expected.faultId", "the nearest is RouteBlackhole.")]
    [InlineData("\"port\": 443", "\"port\": 65536", "$.nodes.router.services[0].port", "1 to 65535")]
    [InlineData("\"port\": 443", "\"port\": \"443\"", "$.nodes.router.services[0].port", "a number is wanted here, not text")]
    [InlineData("\"type\": \"udpEcho\"", "\"type\": \"udpEko\"", "$.nodes.router.services[2].type", "UdpEcho")]
    [InlineData("\"backlog\": 0", "\"run\": \"x\"", "$.nodes.router.services[1].run", "type, port, address, backlog")]
    [InlineData("\"tcpPort\": 22", "\"tcpPort\": 22, \"file\": \"/x\"", "$.nodes.router.services[3].ready", "exactly one")]
    [InlineData("\"address\": \"2001:db8::1\"", "\"address\": \"10\"", "$.nodes.router.services[0].address", "not an address")]
    [InlineData("2001:db8::5/64", "2001:db8::5", "$.links[0].ends['client:eth0'][0]", "prefix length")]
    [InlineData("2001:db8::5/64", "2001:db8::5/129", "$.links[0].ends['client:eth0'][0]", "prefix length")]
    [InlineData("client:eth0", "clinet:eth0", "$.links[0].ends['clinet:eth0']", "there is no node 'clinet'")]
    [InlineData("client:eth0", "client-eth0", "$.links[0].ends['client-eth0']", "node:interface")]
    [InlineData("client:eth0", "client:interface-too-long", "$.links[0].ends['client:interface-too-long']", "15 characters")]
    [InlineData("\"lan:p2\": []", "\"lan:p1\": []", "$.links[1].ends['lan:p1']", "another link")]
    [InlineData(", \"lan:p2\": []", "", "$.links[1].ends", "two ends")]
    [InlineData("\"switch\": true", "\"switch\": 1", "$.nodes.lan.switch", "true or false")]
    [InlineData("\"lan\": {", "\"l an\": {", "$.nodes['l an']", "node name")]
    [InlineData("net.ipv4.ip_default_ttl", "kernel.panic", "$.nodes.client.sysctls['kernel.panic']", "'net.'")]
    [InlineData("net.ipv4.ip_default_ttl", "net/../kernel/panic", "$.nodes.client.sysctls['net/../kernel/panic']", "'..'")]
    [InlineData("192.0.2.53", "dns.lab", "$.nodes.router.resolver.servers[0]", "not an address")]
    [InlineData("\"192.0.2.53\"", "\"192.0.2.1\", \"192.0.2.2\", \"192.0.2.3\"", "$.nodes.router.resolver.servers", "at most 3")]
    [InlineData("\"lab\", ", "\"l ab\", ", "$.nodes.router.resolver.search[0]", "not a name")]
    [InlineData("ndots:2", "ndots 2", "$.nodes.router.resolver.options[0]", "not an option")]
    [InlineData("\"www.lab\"", "\"www lab\"", "$.nodes.router.resolver.hosts['www lab']", "not a name")]
    [InlineData("\"192.0.2.80\"", "\"80\"", "$.nodes.router.resolver.hosts['www.lab'][0]", "not an address")]
    [InlineData("\"search\"", "\"domain\"", "$.nodes.router.resolver.domain", "servers, search, options, hosts")]
    [InlineData("\"timeoutSeconds\": 12", "\"timeoutSeconds\": 0", "$.timeoutSeconds", "more than 0")]
    [InlineData("\"pipeline\": [\"$a = 1\", \"$a\"]", "\"pipeline\": \"\"", "$.pipeline", "empty")]
    [InlineData("\"title\": \"A title\"", "\"title\": \"A \\u001b[31mtitle\"", "$.title", "control character")]
    [InlineData("\"title\": \"A title\"", "\"title\": \"A\", \"title\": \"B\"", "$.title", "twice")]
    [InlineData("\"name\": \"Own-1\"", "\"name\": \"../x\"", "$.name", "not a name")]
    public void AFaultIsNamedWithItsPath(string right, string wrong, string path, string words)
    {
        Assert.Contains(right, Right);
        var failure = Assert.Throws<LabFormatException>(() => LabScenarioReader.Parse(Right.Replace(right, wrong), "own.json"));
        Assert.Equal(path, failure.JsonPath);
        Assert.Contains(words, failure.Problem);
        Assert.StartsWith($"own.json: {path}: ", failure.Message);
    }

    [Theory]
    [InlineData("", "line 1")]
    [InlineData("{\n \"name\": tru }", "line 2, column")]
    [InlineData("[]", "an object is wanted here, not an array")]
    [InlineData("null", "an object is wanted here, not null")]
    public void TextThatIsNoScenarioIsRefused(string json, string words)
    {
        var failure = Assert.Throws<LabFormatException>(() => LabScenarioReader.Parse(json, "own.json"));
        Assert.Contains(words, failure.Message);
    }

    [Fact]
    public void TextCutAnywhereIsRefusedAndNeverCrashes()
    {
        for (var length = 0; length < Right.Length - 1; length++)
        {
            Assert.Throws<LabFormatException>(() => LabScenarioReader.Parse(Right[..length], "own.json"));
        }
    }
}
