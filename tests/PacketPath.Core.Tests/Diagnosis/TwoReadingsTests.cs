using PacketPath.Diagnosis;

namespace PacketPath.Core.Tests.Diagnosis;

/// <summary>Readings of a collector before and after an attempt give the verdict that the attempt's own counter changes give.</summary>
public class TwoReadingsTests
{
    public static TheoryData<string, bool> ConntrackCases => Both("ConntrackTableFull", "ConntrackInsertFailed", "ConntrackInvalid", "NoReply");

    public static TheoryData<string, bool> QueueCases => Both("QdiscDrop", "DeviceTransmitDrop", "SoftirqBacklogDrop", "NoReply");

    [Theory]
    [MemberData(nameof(ConntrackCases))]
    public void Of_connection_tracking(string faultId, bool isIPv6)
    {
        var evidence = Evidence(faultId, isIPv6);
        var own = evidence.OfType<SynPathResult>().Single();
        var bare = own with { CounterChanges = [], ConntrackCount = null, ConntrackMax = null };
        AssertSame(faultId, evidence, own, [Stats(own, isAfter: false), .. evidence.Where(e => e != own), bare, Stats(own, isAfter: true)]);

        Assert.NotEqual(faultId == "NoReply" ? "" : faultId, Primary([.. evidence.Where(e => e != own), bare, Stats(own, isAfter: true)]).FaultId);
    }

    [Theory]
    [MemberData(nameof(QueueCases))]
    public void Of_queues(string faultId, bool isIPv6)
    {
        var evidence = Evidence(faultId, isIPv6);
        var own = evidence.OfType<SynPathResult>().Single();
        var bare = own with { CounterChanges = [] };
        AssertSame(faultId, evidence, own, [.. Rows(own, isAfter: false), bare, .. Rows(own, isAfter: true)]);

        Assert.NotEqual(faultId == "NoReply" ? "" : faultId, Primary([bare, .. Rows(own, isAfter: true)]).FaultId);
    }

    // What FaultCases says shows the fault; NoReply stands for counters that stood still.
    private static PacketEvidence[] Evidence(string faultId, bool isIPv6) =>
        [.. FaultCases.Find(faultId).Fires(new Scene(isIPv6)).Select(e => e is SynPathResult probe ? Timed(probe) : e)];

    // The attempt reads its interface when it ends.
    private static SynPathResult Timed(SynPathResult probe) => probe with
    {
        ElapsedMilliseconds = 2000,
        Interface = probe.Interface! with
        {
            ObservedAt = probe.ObservedAt.AddMilliseconds(2000),
            Statistics = new InterfaceStatistics { TransmitDropped = (long)(probe.CounterChanges.FirstOrDefault(c => c.Counter == "tx_dropped")?.After ?? 0) },
        },
    };

    private static void AssertSame(string faultId, PacketEvidence[] evidence, SynPathResult own, PacketEvidence[] piped)
    {
        var expected = Primary(evidence);
        var actual = Primary(piped);
        Assert.Equal(faultId, expected.FaultId);
        Assert.Equal(
            (expected.FaultId, expected.Layer, expected.Confidence, expected.Summary, expected.Proves, expected.DoesNotProve),
            (actual.FaultId, actual.Layer, actual.Confidence, actual.Summary, actual.Proves, actual.DoesNotProve));
        Assert.Equal(expected.Evidence.Select(Observed), actual.Evidence.Select(Observed));
        Assert.Equal(own.RemoteAddress, actual.RemoteAddress);
    }

    private static (EvidenceBearing, string) Observed(FailureEvidence item) => (item.Bearing, item.Observation);

    private static PacketFailure Primary(PacketEvidence[] evidence) => Assert.Single(Resolver.Resolve(evidence), static verdict => verdict.IsPrimary);

    private static DateTime Time(SynPathResult probe, bool isAfter) =>
        isAfter ? probe.ObservedAt.AddMilliseconds(probe.ElapsedMilliseconds + 100) : probe.ObservedAt.AddMilliseconds(-100);

    private static ConntrackStats Stats(SynPathResult probe, bool isAfter)
    {
        long Value(string counter) => probe.CounterChanges.FirstOrDefault(c => c.Source == "Conntrack" && c.Counter == counter) is { } change
            ? (long)(isAfter ? change.After : change.Before)
            : 7;
        return new ConntrackStats
        {
            ComputerName = probe.ComputerName,
            NetNamespace = probe.NetNamespace,
            ObservedAt = Time(probe, isAfter),
            IsAvailable = true,
            Drop = Value("drop"),
            InsertFailed = Value("insert_failed"),
            Invalid = Value("invalid"),
            Count = isAfter ? probe.ConntrackCount : 1,
            Max = probe.ConntrackMax,
        };
    }

    private static QueueStats[] Rows(SynPathResult probe, bool isAfter) =>
        [.. probe.CounterChanges.DefaultIfEmpty(Still).GroupBy(c => (c.Source, c.Object)).Select(row => new QueueStats
        {
            ComputerName = probe.ComputerName,
            NetNamespace = probe.NetNamespace,
            ObservedAt = Time(probe, isAfter),
            Kind = Enum.Parse<QueueKind>(row.Key.Source),
            InterfaceAlias = row.Key.Source == "Softnet" ? null : row.Key.Object!.Split(' ')[0],
            Name = row.Key.Source == "Qdisc" ? row.Key.Object!.Split(' ')[1] : row.Key.Object!,
            Handle = row.Key.Source == "Qdisc" ? row.Key.Object!.Split(' ')[2] : null,
            Counters = [.. row.Select(c => new QueueCounter
            {
                Name = c.Counter,
                Meaning = c.Counter is "processed" or "rx_packets" or "tx_packets" ? CounterMeaning.Traffic : CounterMeaning.Drop,
                Value = (long)(isAfter ? c.After : c.Before),
            })],
        })];

    private static CounterChange Still { get; } = new() { Source = "Qdisc", Object = "eth0 tbf 8001:", Counter = "drops", Before = 4, After = 4 };

    private static TheoryData<string, bool> Both(params string[] faults)
    {
        var data = new TheoryData<string, bool>();
        foreach (var fault in faults)
        {
            data.Add(fault, false);
            data.Add(fault, true);
        }

        return data;
    }
}
