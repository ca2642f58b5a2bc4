using PacketPath.Module.Tests.Shell;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests;

/// <summary>Invoke-MtuProbe -ResolveHopNames: each hop gets its name, and one without a name stays without.</summary>
public class HopNameTests
{
    private const string Show = "ForEach-Object { $_.Hops | ForEach-Object { \"$($_.Ttl) $($_.Address) '$($_.HostName)'\" } }";

    [RootTheory]
    [InlineData("10.1.2.2", "10.1.0.2", "10.1.1.2")]
    [InlineData("fd03::2", "fd01::2", "fd02::2")]
    public void HopsAreNamed(string target, string first, string second)
    {
        using var network = LabNetwork.Build(new LabTopology
        {
            Nodes =
            [
                new LabNode { Name = "a", Routes = ["default via 10.1.0.2", "-6 default via fd01::2"] },
                new LabNode { Name = "r1", Forwarding = true, Routes = ["10.1.2.0/24 via 10.1.1.2", "-6 fd03::/64 via fd02::2"] },
                new LabNode { Name = "r2", Forwarding = true, Routes = ["10.1.0.0/24 via 10.1.1.1", "-6 fd01::/64 via fd02::1"] },
                new LabNode { Name = "b", Routes = ["default via 10.1.2.1", "-6 default via fd03::1"] },
            ],
            Links =
            [
                Topologies.Link("a:eth0", "r1:eth0", "10.1.0.1/24 fd01::1/64", "10.1.0.2/24 fd01::2/64"),
                Topologies.Link("r1:eth1", "r2:eth0", "10.1.1.1/24 fd02::1/64", "10.1.1.2/24 fd02::2/64"),
                Topologies.Link("r2:eth1", "b:eth0", "10.1.2.1/24 fd03::1/64", "10.1.2.2/24 fd03::2/64"),
            ],
        });
        var hosts = Path.GetTempFileName();
        try
        {
            File.WriteAllText(hosts, $"127.0.0.1 localhost\n{first} first.lab.example first\n{target} target.lab.example\n");
            var run = ShellProcess.CommandUnder(
                ["unshare", "--mount", "sh", "-c", $"mount --bind {hosts} /etc/hosts; exec \"$@\"", "sh"],
                $"$ask = @{{ Destination = '{target}'; Method = 'Udp'; NetNamespace = '{network.NamespaceOf("a")}' }}; Invoke-MtuProbe @ask -ResolveHopNames | {Show}; Invoke-MtuProbe @ask | {Show}");
            Assert.Equal((0, ""), (run.Code, run.Error));
            Assert.Equal(
                [
                    $"1 {first} 'first.lab.example'", $"2 {second} ''", $"3 {target} 'target.lab.example'",
                    $"1 {first} ''", $"2 {second} ''", $"3 {target} ''",
                ],
                run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
        finally
        {
            File.Delete(hosts);
        }
    }
}
