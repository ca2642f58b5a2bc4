using System.Management.Automation;
using PacketPath.Module.Tests;

namespace PacketPath.Labs.Tests;

public sealed class GetPacketLabTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    [Fact]
    public void EveryScenarioIsListedWithWhatItTeaches()
    {
        var result = engine.Invoke("Get-PacketLab");
        result.AssertClean();
        var labs = result.Of<PacketLabInfo>();
        Assert.Equal(ScenarioLibrary.Names(), labs.Select(l => l.Name));
        Assert.All(labs, lab =>
        {
            Assert.NotEmpty(lab.Teaches);
            Assert.NotEmpty(lab.Title);
            Assert.NotEmpty(lab.FaultId);
            Assert.True(File.Exists(lab.Path));
        });
    }

    [Theory]
    [InlineData("syndrop", "SynDrop")]
    [InlineData("RouteBlackhole-IPv?", "RouteBlackhole-IPv4 RouteBlackhole-IPv6")]
    [InlineData("NoSuch*", "")]
    public void NamesAreWildcardsOfAnyCase(string name, string expected)
    {
        var result = engine.Invoke("Get-PacketLab $name", "name", name);
        result.AssertClean();
        Assert.Equal(expected, string.Join(' ', result.Of<PacketLabInfo>().Select(l => l.Name)));
    }

    [Fact]
    public void ANameThatIsNotThereIsAnErrorAndTheRestIsListed()
    {
        var result = engine.Invoke("Get-PacketLab NoSuchLab, SynDrop");
        var error = Assert.Single(result.Errors);
        Assert.StartsWith("LabNotFound", error.FullyQualifiedErrorId);
        Assert.Equal("NoSuchLab", error.TargetObject);
        Assert.NotEmpty(error.ErrorDetails.RecommendedAction);
        Assert.Equal("SynDrop", Assert.Single(result.Of<PacketLabInfo>()).Name);
    }

    [Theory]
    [InlineData("Get-PacketLab RouteM")]
    [InlineData("Invoke-PacketLab RouteM")]
    [InlineData("Invoke-PacketLab -Name 'RouteM")]
    public void NamesAreCompleted(string text)
    {
        using var shell = PowerShell.Create(engine.Runspace);
        var completion = CommandCompletion.CompleteInput(text, text.Length, null, shell);
        Assert.Equal(["RouteMissing-IPv4", "RouteMissing-IPv6"], completion.CompletionMatches.Select(m => m.CompletionText));
    }
}
