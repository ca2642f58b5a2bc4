using PacketPath.Diagnosis;

namespace PacketPath.Core.Tests.Diagnosis;

public class FaultRuleTests
{
    [Theory]
    [MemberData(nameof(FaultCases.Names), MemberType = typeof(FaultCases))]
    public void Fires(string faultId, bool isIPv6)
    {
        var one = FaultCases.Find(faultId);
        var primary = Primary(one.Fires(new Scene(isIPv6)));
        Assert.Equal((one.FaultId, one.Layer), (primary.FaultId, primary.Layer));
    }

    [Theory]
    [MemberData(nameof(FaultCases.Names), MemberType = typeof(FaultCases))]
    public void Stays_silent(string faultId, bool isIPv6)
    {
        var one = FaultCases.Find(faultId);
        var verdicts = Resolver.Resolve(one.Silent(new Scene(isIPv6))).ToArray();
        Assert.NotEmpty(verdicts);
        Assert.DoesNotContain(verdicts, v => v.IsPrimary && v.FaultId == faultId);
    }

    [Theory]
    [MemberData(nameof(FaultCases.Names), MemberType = typeof(FaultCases))]
    public void Every_verdict_is_whole(string faultId, bool isIPv6)
    {
        var one = FaultCases.Find(faultId);
        var scene = new Scene(isIPv6);
        foreach (var verdict in Resolver.Resolve(one.Fires(scene)).Concat(Resolver.Resolve(one.Silent(scene))))
        {
            Whole.Check(verdict);
        }
    }

    [Theory]
    [InlineData("OutputFirewallDrop")]
    [InlineData("InputFirewallDrop")]
    [InlineData("NoReply")]
    [InlineData("RemoteRefused")]
    [InlineData("PathSilentAfterHop")]
    public void Nothing_that_needs_a_capture_is_proven_without_one(string faultId)
    {
        var evidence = FaultCases.Find(faultId).Fires(new Scene(false))
            .Cast<SynPathResult>()
            .Select(p => p with { CaptureStatus = CaptureStatus.Unavailable, Syns = [], Replies = [] });
        var primary = Primary([.. evidence]);
        Assert.NotEqual(Confidence.Proven, primary.Confidence);
        Assert.NotEmpty(primary.NotObserved);
    }

    private static PacketFailure Primary(PacketEvidence[] evidence) => Assert.Single(Resolver.Resolve(evidence), v => v.IsPrimary);
}
