using PacketPath.HostState;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests.Oracles;

public class RuleOracleTests
{
    private static PolicyRule[] List(LabNetwork network, AddressFamily? family)
    {
        using var networkNamespace = NetworkNamespace.Open(network.NamespaceOf("host"));
        using var table = RuleTable.Open(networkNamespace);
        return [.. table.List(family)];
    }

    [RootTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void TextsAreThoseOfIp(bool v6)
    {
        var made = new RandomTables(11, v6);
        using var network = RouteLab.Build();
        network.Exec("host", $"ip {(v6 ? "-6 " : "")}-force -batch - 2>/dev/null <<END\n{string.Join('\n', made.Commands())}\nEND");
        network.Exec("host", $"ip {(v6 ? "-6" : "-4")} rule add pref 500 lookup main suppress_ifgroup default; ip {(v6 ? "-6" : "-4")} rule add pref 501 tun_id 9 lookup 77 protocol 186; ip {(v6 ? "-6" : "-4")} rule add pref 502 ipproto 99 l3mdev");
        var expected = network.MustExec("host", $"ip {(v6 ? "-6" : "-4")} rule").Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Replace(":\t", ": ").TrimEnd())
            .ToArray();
        var rules = List(network, v6 ? AddressFamily.IPv6 : AddressFamily.IPv4);
        Assert.Equal(expected, rules.Select(r => r.Text));
        Assert.All(rules, r => Assert.Equal(v6 ? AddressFamily.IPv6 : AddressFamily.IPv4, r.AddressFamily));
        Assert.True(rules.Length > 8);
    }

    [RootFact]
    public void BothFamiliesAtOnce()
    {
        using var network = RouteLab.Build("ip rule add fwmark 0x7/0xff lookup 7 pref 70");
        var rules = List(network, null);
        Assert.Equal([0, 70, 32766, 32767, 0, 32766], rules.Select(r => r.Priority));
        Assert.Equal((7L, 0xffL, "7", 7L), (rules[1].Mark, rules[1].MarkMask, rules[1].Table, rules[1].TableId));
        Assert.All(rules, r => Assert.Equal(network.NamespaceOf("host"), r.NetNamespace));
    }
}
