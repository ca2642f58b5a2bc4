namespace PacketPath.Module.Tests;

public class EngineTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    [Fact]
    public void Invoke_returns_output_errors_and_the_variables_given()
    {
        var result = engine.Invoke("$number + 1; Get-Command NoSuchCommand-AtAll", "number", 41);

        Assert.Equal(42, Assert.Single(result.Output).BaseObject);
        Assert.Equal("CommandNotFoundException,Microsoft.PowerShell.Commands.GetCommandCommand", Assert.Single(result.Errors).FullyQualifiedErrorId);
        Assert.Null(result.Failure);
    }

    [Fact]
    public void A_terminating_error_is_kept_apart()
    {
        var result = engine.Invoke("1; throw 'enough'");

        Assert.Single(result.Output);
        Assert.Equal("enough", result.Failure?.ToString());
    }
}
