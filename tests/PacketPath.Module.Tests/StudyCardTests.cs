namespace PacketPath.Module.Tests;

/// <summary>Get-PacketLab -StudyCard: every card leads to a lab that exists and to a fault's page.</summary>
public sealed class StudyCardTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    // Hardware that loses frames, and a processor that lags, cannot be had in a namespace; their cards lead to the healthy labs about counters.
    private static readonly PathLayer[] Outbound =
        [PathLayer.Socket, PathLayer.PolicyRouting, PathLayer.RouteLookup, PathLayer.OutputFirewall, PathLayer.Conntrack, PathLayer.Neighbor, PathLayer.Qdisc, PathLayer.Device];

    private static readonly PathLayer[] Inbound =
        [PathLayer.ReturnPath, PathLayer.DeviceReceive, PathLayer.Softirq, PathLayer.InputFirewall, PathLayer.Conntrack, PathLayer.LocalDelivery, PathLayer.SocketQueue];

    private StudyCard[] Cards => engine.Invoke("Get-PacketLab -StudyCard").AssertClean().Of<StudyCard>();

    [Fact]
    public void Every_card_names_a_lab_that_shows_its_fault()
    {
        var labs = engine.Invoke("Get-PacketLab").AssertClean().Of<PacketLabInfo>().ToDictionary(static lab => lab.Name, static lab => lab.FaultId);

        Assert.All(Cards, card => Assert.Equal(card.FaultId, labs[card.Lab]));
        Assert.All(Cards, static card => Assert.True(File.Exists(Repository.File("docs", "faults", card.FaultId + ".md")), $"{card.FaultId} has no page."));
    }

    [Fact]
    public void Every_stage_out_and_in_and_every_symptom_has_a_card()
    {
        Assert.Empty(Outbound.Except(Cards.Where(static card => card.Topic == StudyTopic.Outbound).Select(static card => card.Layer)));
        Assert.Empty(Inbound.Except(Cards.Where(static card => card.Topic == StudyTopic.Inbound).Select(static card => card.Layer)));
        Assert.True(Cards.Count(static card => card.Topic == StudyTopic.Symptom) >= 5);
        Assert.All(Enum.GetValues<StudyTopic>(), topic => Assert.Contains(Cards, card => card.Topic == topic));
    }

    [Theory]
    [InlineData("SYN drop", "PathSilentAfterHop")]
    [InlineData("MTU black hole", "MtuBlackHole")]
    [InlineData("TLS server name", "TlsServerNameMismatch")]
    [InlineData("DNS truncation", "DnsTruncatedTcpBlocked")]
    [InlineData("Asymmetric routing", "ReturnPathAsymmetric")]
    [InlineData("Conntrack exhaustion", "ConntrackTableFull")]
    [InlineData("Proxy CONNECT", "ProxyConnectDenied")]
    [InlineData("QUIC blocked", "QuicUdpBlocked")]
    public void Each_capture_lab_has_a_card(string name, string fault)
    {
        var card = Assert.Single(Cards, card => card.Topic == StudyTopic.Lab && card.Question.StartsWith(name + ":", StringComparison.Ordinal));
        Assert.Equal(fault, card.FaultId);
    }

    [Fact]
    public void Questions_are_asked_once_and_answers_are_short()
    {
        Assert.Distinct(Cards.Select(static card => card.Question));
        Assert.Distinct(Cards.Select(static card => card.Answer));
        Assert.All(Cards, static card => Assert.Contains('?', card.Question));
        Assert.All(Cards, static card => Assert.InRange(card.Answer.Length, 60, 420));
    }

    [Fact]
    public void A_lab_s_name_selects_its_cards()
    {
        var about = engine.Invoke("Get-PacketLab NeighborWrong*, SynDrop -StudyCard").AssertClean().Of<StudyCard>();

        Assert.Equal(["NeighborWrongSubnet-IPv4", "SynDrop"], about.Select(static card => card.Lab).Distinct());
    }

    [Theory]
    [InlineData("NoSuchLab", "LabNotFound")]
    [InlineData("RouteMissing-IPv6", "StudyCardNotFound")]
    public void A_name_without_cards_is_an_error_that_says_why(string name, string id)
    {
        var result = engine.Invoke($"Get-PacketLab {name} -StudyCard");

        var error = Assert.Single(result.Errors);
        Assert.StartsWith(id, error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(name, error.TargetObject);
        Assert.NotEmpty(error.ErrorDetails.RecommendedAction);
        Assert.Empty(result.Output);
    }

    [Fact]
    public void A_card_leads_to_its_lab_down_the_pipeline()
    {
        var lab = engine.Invoke("Get-PacketLab SynDrop -StudyCard | Get-PacketLab").AssertClean().Of<PacketLabInfo>();

        Assert.All(lab, static info => Assert.Equal("SynDrop", info.Name));
        Assert.NotEmpty(lab);
    }

    [Fact]
    public void A_card_is_wrapped_between_words()
    {
        var card = Cards[0];
        var lines = engine.Invoke("[PacketPath.Formatting.StudyCardView]::Card($card, 60)", "card", card).One<string>().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => System.Text.RegularExpressions.Regex.Replace(line, "\u001b\\[[0-9;]*m", "")).ToArray();

        Assert.All(lines, static line => Assert.InRange(line.Length, 1, 60));
        Assert.Equal($"{card.Question} {card.Answer} Invoke-PacketLab {card.Lab} -ShowOutput", string.Join(' ', lines.Select(static line => line.Trim())));
    }
}
