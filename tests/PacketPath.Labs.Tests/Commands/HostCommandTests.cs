using System.Management.Automation;
using PacketPath.Module.Tests;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests;

/// <summary>Get-PacketInterface and Get-NeighborEntry at the prompt, inside a lab.</summary>
public sealed class HostCommandTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private static readonly string[] Furnish =
    [
        "ip neigh add 10.1.0.2 lladdr 02:00:00:00:00:02 dev eth0 nud permanent",
        "ip neigh add 10.1.0.3 dev eth0 nud failed",
        "ip neigh add fd01::2 lladdr 02:00:00:00:00:22 dev eth0 nud permanent",
        "ip link add down0 type bridge",
        "ip link property add dev down0 altname a-name-longer-than-fifteen",
    ];

    private EngineResult Run(LabNetwork network, string script) => engine.Invoke(
        "$PSDefaultParameterValues = @{ 'Get-PacketInterface:NetNamespace' = $ns; 'Get-NeighborEntry:NetNamespace' = $ns }; " + script,
        new Dictionary<string, object?> { ["ns"] = network.NamespaceOf("a") });

    private static LabNetwork Build()
    {
        var network = LabNetwork.Build(Topologies.Pair());
        network.MustExec("a", "set -e\n" + string.Join('\n', Furnish));
        return network;
    }

    private static string[] Addresses(EngineResult result) => [.. result.AssertClean().Of<NeighborEntry>().Select(entry => entry.IPAddress)];

    private static string[] Names(EngineResult result) => [.. result.AssertClean().Of<PacketInterface>().Select(link => link.InterfaceAlias)];

    [RootFact]
    public void InterfacesByNameIndexAndPattern()
    {
        using var network = Build();
        Assert.Equal(["lo", "eth0", "down0"], Names(Run(network, "Get-PacketInterface")).OrderBy(name => Array.IndexOf(["lo", "eth0", "down0"], name)));
        Assert.Equal(["down0"], Names(Run(network, "Get-PacketInterface a-name-longer-than-fifteen")));
        Assert.Equal(["eth0"], Names(Run(network, "Get-PacketInterface ETH*")));
        Assert.Equal(["lo"], Names(Run(network, "Get-PacketInterface -InterfaceIndex 1")));
        Assert.Equal(["eth0"], Names(Run(network, "Get-PacketInterface eth0 | Get-PacketInterface")));
        Assert.Empty(Names(Run(network, "Get-PacketInterface nothing*")));

        var missing = Run(network, "Get-PacketInterface eth0, nope");
        Assert.Equal("eth0", Assert.Single(missing.Of<PacketInterface>()).InterfaceAlias);
        var error = Assert.Single(missing.Errors);
        Assert.StartsWith("InterfaceNotFound,", error.FullyQualifiedErrorId);
        Assert.Equal("nope", error.TargetObject);
        Assert.Contains("eth0", error.ErrorDetails.RecommendedAction);
    }

    [RootFact]
    public void TheLinkIsAskedWhoAnswersForEachEntry()
    {
        using var network = Build();
        var peer = network.MustExec("b", "cat /sys/class/net/eth0/address").Output.Trim();
        var entries = Run(network, "Get-NeighborEntry -Verify").AssertClean().Of<NeighborEntry>().ToDictionary(entry => entry.IPAddress);
        Assert.Equal([peer], entries["10.1.0.2"].Answers.Select(answer => answer.LinkLayerAddress));
        Assert.Equal([peer], entries["fd01::2"].Answers.Select(answer => answer.LinkLayerAddress));
        Assert.Equal((true, 0), (entries["10.1.0.3"].IsVerified, entries["10.1.0.3"].Answers.Length));
        Assert.Equal("02:00:00:00:00:02", entries["10.1.0.2"].LinkLayerAddress);
        Assert.Contains("02:00:00:00:00:02", network.MustExec("a", "ip neigh show 10.1.0.2 dev eth0").Output);

        var asked = Run(network, "Get-PacketRoute 10.1.0.2 -NetNamespace $ns | Get-NeighborEntry -Verify; Get-NeighborEntry 10.1.0.2").AssertClean().Of<NeighborEntry>();
        Assert.Equal([true, false], asked.Select(entry => entry.IsVerified));
    }

    [RootFact]
    public void NeighborsByEveryFilter()
    {
        using var network = Build();
        Assert.Equal(["10.1.0.2", "10.1.0.3", "fd01::2"], Addresses(Run(network, "Get-NeighborEntry")).Order(StringComparer.Ordinal));
        Assert.Equal(["fd01::2"], Addresses(Run(network, "Get-NeighborEntry -IPv6")));
        Assert.Equal(["10.1.0.2"], Addresses(Run(network, "Get-NeighborEntry -IPv4 -State Permanent")));
        Assert.Equal(["10.1.0.3"], Addresses(Run(network, "Get-NeighborEntry 10.1.* -State Unreachable")));
        Assert.Equal(["fd01::2"], Addresses(Run(network, "Get-NeighborEntry -LinkLayerAddress 02-00-00-00-00-2?")));
        Assert.Equal(["fd01::2"], Addresses(Run(network, "Get-NeighborEntry FD01:0:0::2")));
        Assert.Equal(["10.1.0.2"], Addresses(Run(network, "'10.1.0.2' | Get-NeighborEntry -InterfaceAlias eth0")));
        Assert.Equal(["10.1.0.2"], Addresses(Run(network, "Get-NeighborEntry 10.1.0.2 | Get-NeighborEntry")));
        Assert.Empty(Addresses(Run(network, "Get-NeighborEntry -InterfaceAlias lo")));
        Assert.NotEmpty(Addresses(Run(network, "Get-NeighborEntry -State NotRequired")));
    }

    [RootFact]
    public void AnAddressWithoutAnEntryIsAnswered()
    {
        using var network = Build();
        var bound = Run(network, "Get-NeighborEntry 10.1.0.99 -InterfaceAlias eth0").One<NeighborEntry>();
        Assert.Equal((NeighborState.Absent, "eth0"), (bound.State, bound.InterfaceAlias));
        var anywhere = Run(network, "Get-NeighborEntry fd01::99").One<NeighborEntry>();
        Assert.Equal((NeighborState.Absent, "", "fd01::99"), (anywhere.State, anywhere.InterfaceAlias, anywhere.IPAddress));
    }

    [RootTheory]
    [InlineData("10")]
    [InlineData("10.1.0.2/24")]
    [InlineData("host.example")]
    [InlineData("fd01::2::3")]
    public void WhatIsNoAddressIsRefused(string text)
    {
        using var network = Build();
        var result = Run(network, $"Get-NeighborEntry '{text}', 10.1.0.2");
        Assert.Equal("10.1.0.2", Assert.Single(result.Of<NeighborEntry>()).IPAddress);
        var error = Assert.Single(result.Errors);
        Assert.StartsWith("MalformedAddress,", error.FullyQualifiedErrorId);
        Assert.Equal(text, error.TargetObject);
        Assert.Equal(ErrorCategory.InvalidArgument, error.CategoryInfo.Category);
    }

    [RootTheory]
    [InlineData("$route")]
    [InlineData("[System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($route, 4))")]
    public void ThePipedRoutesNextHop(string route)
    {
        using var network = Build();
        var make = "$index = (Get-PacketInterface eth0).InterfaceIndex; $route = [PacketPath.PacketRoute]@{ RemoteAddress = '192.0.2.1'; NeighborAddress = '10.1.0.3'; "
            + "InterfaceAlias = 'eth0'; InterfaceIndex = $index; NetNamespace = $ns; ComputerName = [Environment]::MachineName }; ";
        var entry = Run(network, make + route + " | Get-NeighborEntry").One<NeighborEntry>();
        Assert.Equal(("10.1.0.3", NeighborState.Unreachable, "eth0"), (entry.IPAddress, entry.State, entry.InterfaceAlias));
        Assert.Equal(["eth0"], Names(Run(network, make + route + " | Get-PacketInterface")));
    }

    [RootFact]
    public void ARouteWithoutANextHopNeedsNone()
    {
        using var network = Build();
        var make = "$route = [PacketPath.PacketRoute]@{ RemoteAddress = '192.0.2.1'; Outcome = 'Blackhole'; NetNamespace = $ns }; ";
        Assert.Empty(Run(network, make + "$route | Get-NeighborEntry").AssertClean().Output);
        Assert.Empty(Run(network, make + "$route | Get-PacketInterface").AssertClean().Output);

        var elsewhere = Run(network, "[PacketPath.PacketRoute]@{ RemoteAddress = '192.0.2.1'; ComputerName = 'elsewhere'; NetNamespace = $ns } | Get-NeighborEntry");
        Assert.StartsWith("RouteOfAnotherHost,", Assert.Single(elsewhere.Errors).FullyQualifiedErrorId);
        Assert.Empty(elsewhere.Output);
    }

    [RootFact]
    public void NamesComplete()
    {
        using var network = Build();
        const string Complete = "[System.Management.Automation.CommandCompletion]::CompleteInput($text, $text.Length, $null).CompletionMatches.CompletionText";
        var interfaces = Run(network, $"$text = \"Get-NeighborEntry -NetNamespace $ns -InterfaceAlias e\"; {Complete}");
        Assert.Equal(["eth0"], interfaces.AssertClean().Of<string>());
        var namespaces = Run(network, $"$text = \"Get-PacketInterface -NetNamespace $($ns.Substring(0, $ns.Length - 1))\"; {Complete}");
        Assert.Equal(network.Nodes.Values.Order(), namespaces.AssertClean().Of<string>().Order());
    }

    [Theory]
    [InlineData("Get-PacketInterface")]
    [InlineData("Get-NeighborEntry")]
    public void AMissingNamespaceIsNamed(string command)
    {
        var result = engine.Invoke($"{command} -NetNamespace no-such-namespace");
        var error = Assert.Single(result.Errors);
        Assert.StartsWith("NetNamespaceNotFound,", error.FullyQualifiedErrorId);
        Assert.Equal("no-such-namespace", error.TargetObject);
        Assert.Equal(ErrorCategory.ObjectNotFound, error.CategoryInfo.Category);
        Assert.Contains("/run/netns", error.ErrorDetails.RecommendedAction);
        Assert.Empty(result.Output);
    }

    [Theory]
    [InlineData("Get-PacketInterface lo")]
    [InlineData("Get-NeighborEntry 192.0.2.255")]
    public void TheOwnNamespaceNeedsNoPrivilege(string command) => Assert.Single(engine.Invoke(command).AssertClean().Output);
}
