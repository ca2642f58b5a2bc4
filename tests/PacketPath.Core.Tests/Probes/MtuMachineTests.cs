using PacketPath.Probes;

namespace PacketPath.Core.Tests.Probes;

public class MtuMachineTests
{
    private const long Millisecond = 1_000_000;

    public static TheoryData<bool> Families => new() { false, true };

    [Theory]
    [MemberData(nameof(Families))]
    public void A_clear_path_takes_two_round_trips(bool ipv6)
    {
        var (machine, elapsed, _) = new MtuSimulation { IsIPv6 = ipv6 }.Run();
        var findings = new MtuFindings(machine);
        Assert.Equal((MtuOutcome.Clear, 1500, 1500), (findings.Outcome, findings.PathMtu, findings.ReverseMtu));
        Assert.True(machine.Separated);
        Assert.InRange(elapsed, 0, 21 * Millisecond);
        Assert.Equal([1, 2, 3], findings.Hops().Select(h => h.Ttl));
        Assert.True(findings.Hops()[^1].IsTarget);
        Assert.DoesNotContain(findings.Hops(), h => h.IsAsymmetric);
    }

    [Fact]
    public void A_clear_path_to_a_target_that_answers_datagrams_alone_takes_three_round_trips_and_little_more()
    {
        var (machine, elapsed, _) = new MtuSimulation { Answers = m => m == MtuMethod.Udp }.Run();
        Assert.Equal(MtuOutcome.Clear, new MtuFindings(machine).Outcome);
        Assert.InRange(elapsed, 0, (3 * 10 * Millisecond) + (50 * Millisecond));
    }

    [Theory]
    [InlineData(false, MtuMethod.Auto, true)]
    [InlineData(true, MtuMethod.Auto, true)]
    [InlineData(false, MtuMethod.Udp, false)]
    [InlineData(true, MtuMethod.Udp, false)]
    [InlineData(false, MtuMethod.Icmp, true)]
    [InlineData(false, MtuMethod.Auto, false)]
    public void A_report_that_is_true_is_believed_and_checked(bool ipv6, MtuMethod method, bool echo)
    {
        var (machine, _, _) = new MtuSimulation { IsIPv6 = ipv6, Method = method, CanEcho = echo, Links = [1500, 1443, 1500], Ration = 6 }.Run();
        var findings = new MtuFindings(machine);
        Assert.Equal((MtuOutcome.Reduced, 1443), (findings.Outcome, findings.PathMtu));
        Assert.NotEmpty(findings.TooBig());
        Assert.All(findings.TooBig(), r => Assert.Equal((PacketTooBigJudgement.Believed, 1443), (r.Judgement, r.Mtu)));
    }

    [Fact]
    public void Two_narrow_links_are_both_reported_and_the_narrower_counts()
    {
        var (machine, _, _) = new MtuSimulation { Links = [1500, 1450, 1400, 1500] }.Run();
        var findings = new MtuFindings(machine);
        Assert.Equal((MtuOutcome.Reduced, 1400), (findings.Outcome, findings.PathMtu));
        Assert.All(findings.TooBig(), r => Assert.Equal(PacketTooBigJudgement.Believed, r.Judgement));
        Assert.Equal([1450, 1400, 1400], findings.Hops().Take(3).Select(h => h.MtuAfter ?? 0));
    }

    [Theory]
    [InlineData(false, MtuMethod.Auto, 1443)]
    [InlineData(true, MtuMethod.Auto, 1443)]
    [InlineData(false, MtuMethod.Udp, 1443)]
    [InlineData(true, MtuMethod.Udp, 1443)]
    [InlineData(false, MtuMethod.Icmp, 1499)]
    [InlineData(false, MtuMethod.Auto, 577)]
    [InlineData(false, MtuMethod.Auto, 100)]
    [InlineData(true, MtuMethod.Auto, 1281)]
    public void A_black_hole_is_measured_and_placed(bool ipv6, MtuMethod method, int mtu)
    {
        var path = new MtuSimulation { IsIPv6 = ipv6, Method = method, CanEcho = method != MtuMethod.Udp, Links = [1500, 1500, mtu, 1500], SilentRouter = 1 };
        var (machine, elapsed, sent) = path.Run();
        var findings = new MtuFindings(machine);
        Assert.Equal((MtuOutcome.BlackHole, mtu), (findings.Outcome, findings.PathMtu));
        var hole = findings.Hole();
        Assert.NotNull(hole);
        Assert.Equal((2, path.Router(1).ToString(), 3, path.Router(2).ToString(), mtu + 1), (hole.LastGoodTtl, hole.LastGood, hole.FirstBadTtl, hole.FirstBad, hole.Size));
        Assert.InRange(elapsed, 0, 4_000 * Millisecond);
        Assert.Equal(PacketTooBigJudgement.Missing, Assert.Single(findings.TooBig()).Judgement);
        Assert.InRange(sent.Count, 1, 200);
    }

    [Fact]
    public void A_target_that_rations_its_answers_is_measured_all_the_same()
    {
        var (machine, _, _) = new MtuSimulation { Method = MtuMethod.Udp, CanEcho = false, Links = [1500, 1443, 1500], SilentRouter = 0, Ration = 6 }.Run();
        var findings = new MtuFindings(machine);
        Assert.Equal((MtuOutcome.BlackHole, 1443), (findings.Outcome, findings.PathMtu));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Loss_on_the_way_back_is_told_from_loss_on_the_way_there(bool ipv6)
    {
        var (machine, _, _) = new MtuSimulation { IsIPv6 = ipv6, Back = 1443 }.Run();
        var findings = new MtuFindings(machine);
        Assert.Equal((MtuOutcome.BlackHole, 1500, 1443), (findings.Outcome, findings.PathMtu, findings.ReverseMtu));
        Assert.Equal((MtuDirection.Reverse, true), (machine.Limit, machine.Separated));
    }

    [Fact]
    public void Both_ways_may_be_narrow()
    {
        var (machine, _, _) = new MtuSimulation { Back = 1300, Links = [1500, 1443, 1500], SilentRouter = 0 }.Run();
        var findings = new MtuFindings(machine);
        Assert.Equal((MtuOutcome.BlackHole, 1443, 1300), (findings.Outcome, findings.PathMtu, findings.ReverseMtu));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(7)]
    public void Loss_is_no_matter_of_size(int every)
    {
        var (machine, _, _) = new MtuSimulation { Loses = n => n % every == 0 }.Run();
        Assert.Equal((MtuOutcome.Clear, 1500), (new MtuFindings(machine).Outcome, new MtuFindings(machine).PathMtu));
    }

    [Fact]
    public void Random_loss_is_never_taken_for_a_black_hole()
    {
        for (var seed = 1; seed <= 300; seed++)
        {
            var random = new Random(seed);
            var (machine, _, _) = new MtuSimulation { Loses = _ => random.NextDouble() < 0.15 }.Run();
            Assert.True(new MtuFindings(machine).Outcome is MtuOutcome.Clear, $"seed {seed}: {new MtuFindings(machine).Outcome} {machine.Forward}");
        }
    }

    [Fact]
    public void A_black_hole_is_measured_through_loss()
    {
        for (var seed = 1; seed <= 100; seed++)
        {
            var random = new Random(seed);
            var (machine, _, _) = new MtuSimulation { Links = [1500, 1443, 1500], SilentRouter = 0, Loses = _ => random.NextDouble() < 0.1 }.Run();
            Assert.Equal((MtuOutcome.BlackHole, 1443), (new MtuFindings(machine).Outcome, new MtuFindings(machine).PathMtu));
        }
    }

    [Theory]
    [InlineData(1500)]
    [InlineData(9000)]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(1470)]
    public void A_report_that_is_not_true_is_found_out(int stated)
    {
        var (machine, _, _) = new MtuSimulation { Links = [1500, 1443, 1500], States = _ => stated }.Run();
        var findings = new MtuFindings(machine);
        Assert.Equal((MtuOutcome.BlackHole, 1443), (findings.Outcome, findings.PathMtu));
        Assert.All(findings.TooBig(), r => Assert.Equal(PacketTooBigJudgement.Contradictory, r.Judgement));
        Assert.Equal(1, findings.Hole()?.LastGoodTtl);
    }

    [Fact]
    public void A_report_that_states_too_little_is_contradictory_and_yet_spares_senders()
    {
        var (machine, _, _) = new MtuSimulation { Links = [1500, 1443, 1500], States = _ => 1300 }.Run();
        var findings = new MtuFindings(machine);
        Assert.Equal((MtuOutcome.Reduced, 1443), (findings.Outcome, findings.PathMtu));
        Assert.All(findings.TooBig(), r => Assert.Equal(PacketTooBigJudgement.Contradictory, r.Judgement));
    }

    [Theory]
    [InlineData(9000, 1500)]
    [InlineData(9000, 1504)]
    [InlineData(1500, 1400)]
    public void A_first_link_that_carries_less_than_its_interface_has_no_good_hop(int own, int link)
    {
        var (machine, _, _) = new MtuSimulation { Interface = own, Links = [link, 9000, 9000] }.Run();
        var findings = new MtuFindings(machine);
        Assert.Equal((MtuOutcome.BlackHole, link), (findings.Outcome, findings.PathMtu));
        Assert.Equal((0, 1), (findings.Hole()?.LastGoodTtl ?? -1, findings.Hole()?.FirstBadTtl ?? -1));
    }

    [Fact]
    public void What_is_too_large_for_the_first_link_vanishes_though_the_router_reports_what_gets_through_to_it()
    {
        var (machine, _, _) = new MtuSimulation { Interface = 9000, Links = [1504, 1500, 1500] }.Run();
        var findings = new MtuFindings(machine);
        Assert.Equal((MtuOutcome.BlackHole, 1500), (findings.Outcome, findings.PathMtu));
        Assert.Equal(0, findings.Hole()?.LastGoodTtl ?? -1);
        Assert.InRange(findings.Hole()?.Size ?? 0, 1505, 2048);
    }

    [Fact]
    public void A_router_that_rations_its_reports_is_no_black_hole()
    {
        for (var skip = 0; skip < 8; skip++)
        {
            var reports = 0;
            var (machine, _, _) = new MtuSimulation { Links = [1500, 1443, 1500], Rations = () => reports++ % 8 != skip }.Run();
            Assert.Equal((MtuOutcome.Reduced, 1443), (new MtuFindings(machine).Outcome, new MtuFindings(machine).PathMtu));
        }
    }

    [Theory]
    [InlineData(MtuMethod.Tcp)]
    [InlineData(MtuMethod.Auto)]
    public void A_target_that_answers_connections_alone_is_measured_by_their_segments(MtuMethod method)
    {
        var path = new MtuSimulation { Method = method, Answers = m => m == MtuMethod.Tcp, Links = [1500, 1443, 1500], SilentRouter = 0 };
        var findings = new MtuFindings(path.Run().Machine);
        Assert.Equal((MtuOutcome.BlackHole, 1443), (findings.Outcome, findings.PathMtu));
        Assert.Equal(1, findings.Hole()?.LastGoodTtl);
    }

    [Fact]
    public void Silence_is_indeterminate_and_the_hops_are_walked()
    {
        var (machine, _, _) = new MtuSimulation { Answers = _ => false }.Run();
        var findings = new MtuFindings(machine);
        Assert.Equal((MtuOutcome.Indeterminate, null), (findings.Outcome, findings.PathMtu));
        Assert.Equal(2, findings.Hops().Count(h => h.Address is not null));
    }

    [Fact]
    public void A_route_that_holds_less_than_the_path_carries_is_a_local_limit() =>
        Assert.Equal(MtuOutcome.LocalLimit, new MtuFindings(new MtuSimulation { RouteMtu = 1400 }.Run().Machine).Outcome);

    [Fact]
    public void The_packets_of_any_one_second_and_of_the_whole_are_bounded()
    {
        var path = new MtuSimulation { Links = [9000, 9000, 1443, 9000], SilentRouter = 1, Loses = n => n % 3 == 0 };
        var (_, _, sent) = path.Run();
        Assert.InRange(sent.Count, 1, 200);
        for (var i = 0; i < sent.Count; i++)
        {
            Assert.True(sent.Count(t => t >= sent[i] && t < sent[i] + (1_000 * Millisecond)) <= 64, "more than 64 packets in one second");
        }
    }

    [Fact]
    public void A_spent_budget_ends_the_probe_and_is_told()
    {
        var (machine, _, sent) = new MtuSimulation { Links = [1500, 1443, 1500], SilentRouter = 0, Limit = 20 }.Run();
        Assert.True(machine.BudgetSpent);
        Assert.InRange(sent.Count, 1, 20);
    }
}
