using PacketPath.Diagnosis;

namespace PacketPath.Core.Tests.Diagnosis;

public class CounterWindowTests
{
    private static readonly Scene Scene = new(false);

    private static SynPathResult Probe => Scene.Probe(SynOutcome.NoReply) with { ElapsedMilliseconds = 2000, Interface = null };

    private static PacketInterface Reading(double seconds, long dropped, string alias = "eth0") => Scene.Link(alias: alias) with
    {
        ObservedAt = Scene.Noon.AddSeconds(seconds),
        Statistics = new InterfaceStatistics { TransmitDropped = dropped },
    };

    private static IReadOnlyList<CounterChange> Changes(SynPathResult probe, params PacketInterface[] readings)
    {
        var grouping = new EvidenceGrouping();
        foreach (var evidence in readings.Append<PacketEvidence>(probe))
        {
            grouping.Add(evidence);
        }

        return Assert.Single(grouping.Sets(), s => s.Probes.Count > 0).CounterChanges;
    }

    [Fact]
    public void Readings_around_the_attempt_make_a_change()
    {
        var expected = new CounterChange { Source = "Interface", Object = "eth0", Counter = "tx_dropped", Before = 5, After = 8, Delta = 3 };
        Assert.Equal([expected], Changes(Probe, Reading(-10, 1), Reading(-1, 5), Reading(2.5, 8), Reading(9, 100)));
        Assert.Equal([expected], Changes(Probe with { Interface = Reading(2, 8) }, Reading(-1, 5)));
    }

    [Fact]
    public void Readings_on_one_side_only_or_in_its_midst_tell_nothing()
    {
        Assert.Empty(Changes(Probe, Reading(-2, 1), Reading(-1, 5)));
        Assert.Empty(Changes(Probe, Reading(3, 1), Reading(4, 5)));
        Assert.Empty(Changes(Probe, Reading(-1, 1), Reading(1, 5)));
    }

    [Fact]
    public void What_stood_still_or_was_reset_tells_nothing() => Assert.Empty(Changes(Probe, Reading(-1, 5), Reading(3, 5), Reading(-1, 9, "eth1"), Reading(3, 2, "eth1")));

    [Fact]
    public void The_probes_own_reading_comes_first()
    {
        var own = new CounterChange { Source = "Interface", Object = "eth0", Counter = "tx_dropped", Before = 6, After = 7, Delta = 1 };
        Assert.Equal([own], Changes(Probe with { CounterChanges = [own] }, Reading(-1, 5), Reading(3, 8)));
    }

    [Fact]
    public void Another_hosts_readings_do_not_count() =>
        Assert.Empty(Changes(Probe, Reading(-1, 5) with { NetNamespace = "red" }, Reading(3, 8) with { NetNamespace = "red" }));
}
