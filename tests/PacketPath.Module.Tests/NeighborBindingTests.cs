namespace PacketPath.Module.Tests;

/// <summary>What binds to what when this module's objects are piped into Get-NeighborEntry.</summary>
public sealed class NeighborBindingTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    [Fact]
    public void An_interface_binds_by_its_name_and_is_not_read_as_an_address() =>
        Assert.Empty(engine.Invoke("Get-PacketInterface lo | Get-NeighborEntry -State Reachable").AssertClean().Of<NeighborEntry>());

    [Fact]
    public void Text_still_binds_as_an_address() =>
        Assert.Equal(NeighborState.Absent, engine.Invoke("'127.9.9.9' | Get-NeighborEntry").One<NeighborEntry>().State);
}
