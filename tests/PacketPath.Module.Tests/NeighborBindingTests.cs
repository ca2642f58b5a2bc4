namespace PacketPath.Module.Tests;

/// <summary>What binds to what when this module's objects are piped into Get-NeighborEntry.</summary>
public sealed class NeighborBindingTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    [Fact]
    public void An_interface_binds_by_its_name_and_is_not_read_as_an_address() =>
        Assert.Empty(engine.Invoke("Get-PacketInterface lo | Get-NeighborEntry -State Reachable").AssertClean().Of<NeighborEntry>());

    [Theory]
    [InlineData("'lo' | Get-PacketInterface")]
    [InlineData("'l*' | Get-PacketInterface | Where-Object InterfaceAlias -eq lo")]
    [InlineData("Get-PacketInterface lo | Get-PacketInterface")]
    [InlineData("Get-PacketRoute 127.0.0.1 | Get-PacketInterface")]
    public void Interfaces_bind_by_their_names_and_by_the_objects_that_name_them(string script) =>
        Assert.Equal("lo", engine.Invoke(script).One<PacketInterface>().InterfaceAlias);

    [Theory]
    [InlineData("Test-SynPath 127.0.0.1 -SourceAddress 127.0", "127.0.0.1")]
    [InlineData("Test-SynPath 127.0.0.1 -InterfaceAlias lo -SourceAddress ", "127.0.0.1")]
    public void Addresses_of_this_host_complete(string text, string address)
    {
        var result = engine.Invoke("(TabExpansion2 $text $text.Length).CompletionMatches | ForEach-Object CompletionText", "text", text).AssertClean();
        Assert.Contains(address, result.Output.Select(o => o.ToString()));
    }

    [Fact]
    public void Neighbors_that_are_known_complete_and_files_do_not()
    {
        var known = engine.Invoke("Get-NeighborEntry").Of<NeighborEntry>().Select(e => e.IPAddress).ToHashSet();
        var result = engine.Invoke("(TabExpansion2 $text $text.Length).CompletionMatches | ForEach-Object ListItemText", "text", "Get-NeighborEntry -IPAddress ").AssertClean();
        Assert.All(result.Output.Select(o => o.ToString()), item => Assert.Contains(item, known));
    }

    [Fact]
    public void Text_still_binds_as_an_address() =>
        Assert.Equal(NeighborState.Absent, engine.Invoke("'127.9.9.9' | Get-NeighborEntry").One<NeighborEntry>().State);
}
