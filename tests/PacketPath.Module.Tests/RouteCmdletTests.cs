using System.Management.Automation;

namespace PacketPath.Module.Tests;

/// <summary>Get-PacketRoute and Get-PolicyRule as a user meets them, on loopback: no privilege needed.</summary>
public sealed class RouteCmdletTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    [Fact]
    public void A_local_destination()
    {
        var route = engine.Invoke("Get-PacketRoute 127.0.0.1").One<PacketRoute>();
        Assert.Equal((RouteOutcome.Usable, RouteType.Local, "local", "lo"), (route.Outcome, route.TypeOfRoute, route.Table, route.InterfaceAlias));
        Assert.Equal(("127.0.0.1", "127.0.0.1", AddressState.Valid), (route.RemoteAddress, route.SourceAddress, route.SourceAddressState));
        Assert.Equal((0L, "0: from all lookup local"), (route.Rule!.Priority, route.Rule.Text));
        Assert.Null(route.NeighborAddress);
        Assert.Equal(DateTimeKind.Utc, route.ObservedAt.Kind);
        Assert.Equal(Environment.MachineName, route.ComputerName);
    }

    [Theory]
    [InlineData("Destination")]
    [InlineData("RemoteAddress")]
    [InlineData("IPAddress")]
    [InlineData("TargetName")]
    [InlineData("ComputerName")]
    [InlineData("cn")]
    public void Every_name_of_the_parameter_binds(string name)
    {
        Assert.Equal("127.0.0.5", engine.Invoke($"Get-PacketRoute -{name} 127.0.0.5").One<PacketRoute>().RemoteAddress);
        Assert.Equal("127.0.0.6", engine.Invoke($"[pscustomobject]@{{ {name} = '127.0.0.6' }} | Get-PacketRoute").One<PacketRoute>().RemoteAddress);
    }

    [Fact]
    public void Evidence_pipes_back_in() =>
        Assert.Equal("127.0.0.7", engine.Invoke("Get-PacketRoute 127.0.0.7 | Get-PacketRoute").One<PacketRoute>().RemoteAddress);

    [Fact]
    public void A_name_gives_an_object_for_each_address()
    {
        var routes = engine.Invoke("Get-PacketRoute localhost").AssertClean().Of<PacketRoute>();
        Assert.NotEmpty(routes);
        Assert.Subset(new HashSet<string> { "127.0.0.1", "::1" }, routes.Select(r => r.RemoteAddress).ToHashSet());
        Assert.Equal("127.0.0.1", engine.Invoke("Get-PacketRoute localhost -IPv4").One<PacketRoute>().RemoteAddress);
    }

    [Theory]
    [InlineData("10")]
    [InlineData("300.1.1.1")]
    [InlineData("fe80::zz")]
    [InlineData("")]
    [InlineData("10.0.0.0/8")]
    [InlineData("no name at all")]
    public void What_is_no_target_is_an_error_and_the_rest_goes_on(string text)
    {
        var result = engine.Invoke("'127.0.0.1', $bad, '127.0.0.2' | Get-PacketRoute", "bad", text);
        Assert.Equal(["127.0.0.1", "127.0.0.2"], result.Of<PacketRoute>().Select(r => r.RemoteAddress));
        var error = Assert.Single(result.Errors);
        Assert.Equal((text, ErrorCategory.InvalidArgument), (error.TargetObject, error.CategoryInfo.Category));
        Assert.StartsWith("TargetMalformed,", error.FullyQualifiedErrorId);
        Assert.NotEmpty(error.ErrorDetails.RecommendedAction);
    }

    [Fact]
    public void A_name_that_does_not_resolve_is_an_error()
    {
        var result = engine.Invoke("Get-PacketRoute 127.0.0.1, nowhere.invalid, 127.0.0.2");
        Assert.Equal(2, result.Output.Length);
        Assert.Equal("nowhere.invalid", Assert.Single(result.Errors).TargetObject);
    }

    [Theory]
    [InlineData("-InterfaceAlias nosuch0", "InterfaceNotFound", "nosuch0")]
    [InlineData("-InputInterface nosuch1", "InterfaceNotFound", "nosuch1")]
    [InlineData("-DestinationPort 70000", "InvalidPort", "70000")]
    [InlineData("-SourcePort -1", "InvalidPort", "-1")]
    [InlineData("-Mark 0xzz", "InvalidMark", "0xzz")]
    [InlineData("-Mark 0x100000000", "InvalidMark", "0x100000000")]
    [InlineData("-Tos 256", "InvalidTos", "256")]
    [InlineData("-Tos 3", "InvalidTos", "3")]
    [InlineData("-SourceAddress 10.1", "MalformedAddress", "10.1")]
    [InlineData("-SourceAddress ::1", "AddressFamilyMismatch", "127.0.0.1")]
    [InlineData("-Protocol Sctp", "UnsupportedProtocol", "Sctp")]
    [InlineData("-NetNamespace nosuchspace", "NetNamespaceNotFound", "nosuchspace")]
    public void What_cannot_be_asked_is_an_error(string parameters, string id, string target)
    {
        var result = engine.Invoke($"Get-PacketRoute 127.0.0.1 {parameters}");
        Assert.Null(result.Failure);
        Assert.Empty(result.Output);
        var error = Assert.Single(result.Errors);
        Assert.StartsWith(id + ",", error.FullyQualifiedErrorId);
        Assert.Equal(target, error.TargetObject?.ToString());
    }

    [Theory]
    [InlineData("0x10")]
    [InlineData("16")]
    public void Marks_are_decimal_or_hexadecimal(string mark) =>
        Assert.Equal(16, engine.Invoke($"Get-PacketRoute 127.0.0.1 -Mark {mark} -Protocol Tcp -DestinationPort 443 -Uid 0 -Tos 0x10").One<PacketRoute>().Mark);

    [Fact]
    public void Thousands_keep_their_order()
    {
        var wanted = Enumerable.Range(0, 5000).Select(i => $"127.{i / 250 % 250}.{i % 250}.{(i % 7) + 1}").ToArray();
        var routes = engine.Invoke("$wanted | Get-PacketRoute", "wanted", wanted).AssertClean().Of<PacketRoute>();
        Assert.Equal(wanted, routes.Select(r => r.RemoteAddress));
    }

    [Fact]
    public void A_slow_producer_gets_its_result_before_it_goes_on()
    {
        using var seen = new SemaphoreSlim(0);
        var result = engine.Invoke(
            "& { '127.0.0.1'; $script:inTime = $seen.Wait(20000); '127.0.0.2' } | Get-PacketRoute | ForEach-Object { $null = $seen.Release(); $_ }; $script:inTime",
            "seen",
            seen);
        result.AssertClean();
        Assert.Equal(3, result.Output.Length);
        Assert.True((bool)result.Output[2].BaseObject);
    }

    [Fact]
    public void The_tables()
    {
        var all = engine.Invoke("Get-PacketRoute -List").AssertClean().Of<PacketRoute>();
        Assert.Contains(all, r => r is { DestinationPrefix: "127.0.0.0/8", TypeOfRoute: RouteType.Local, Table: "local" });
        Assert.All(engine.Invoke("Get-PacketRoute -List -Table 255 -IPv4").Of<PacketRoute>(), r => Assert.Equal(255, r.TableId));
        var unknown = engine.Invoke("Get-PacketRoute -List -Table nosuchtable");
        Assert.Empty(unknown.Output);
        Assert.Equal("nosuchtable", Assert.Single(unknown.Errors).TargetObject);
    }

    [Fact]
    public void The_rules()
    {
        var rules = engine.Invoke("Get-PolicyRule").AssertClean().Of<PolicyRule>();
        Assert.Contains(rules, r => r is { Priority: 0, AddressFamily: AddressFamily.IPv4, TableId: 255 });
        Assert.All(engine.Invoke("Get-PolicyRule -IPv6").Of<PolicyRule>(), r => Assert.Equal(AddressFamily.IPv6, r.AddressFamily));
        Assert.Equal("0: from all lookup local", engine.Invoke("Get-PolicyRule 0 -AddressFamily IPv4 -Table local").One<PolicyRule>().Text);
Assert.All(engine.Invoke("(Get-PacketRoute 127.0.0.1).Rule | Get-PolicyRule").AssertClean().Of<PolicyRule>(), r => Assert.Equal(0, r.Priority));
    }

    [Fact]
    public void Tables_complete()
    {
        var completion = CommandCompletion.CompleteInput("Get-PolicyRule -Table ma", 24, null, PowerShell.Create(engine.Runspace));
        Assert.Contains(completion.CompletionMatches, m => m.CompletionText == "main");
    }
}
