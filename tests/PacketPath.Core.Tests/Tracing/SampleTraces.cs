using PacketPath.Core.Tests.Diagnosis;
using PacketPath.Tracing;

namespace PacketPath.Core.Tests.Tracing;

/// <summary>Traces to look at and to test with: one healthy, others at fault at this host, on the path and at the target.</summary>
public static class SampleTraces
{
    private static Scene Scene(bool ipv6) => new(ipv6);

    public static PacketTrace Healthy(bool ipv6 = false) => Of(Scene(ipv6).Open());

    public static PacketTrace Blackhole(bool ipv6 = false) => Of(Scene(ipv6).LocalError("EINVAL", Scene(ipv6).Refused(RouteOutcome.Blackhole, "EINVAL")));

    public static PacketTrace Silent(bool ipv6 = false) => Of(Scene(ipv6).Probe(SynOutcome.NoReply));

    public static PacketTrace OutputDrop(bool ipv6 = false) => Of(Scene(ipv6).Probe(SynOutcome.NoReply) with { Syns = [] });

    public static PacketTrace Refused(bool ipv6 = false) => Of(Scene(ipv6).Refused());

    public static PacketTrace InputDrop(bool ipv6 = false) => Of(Scene(ipv6).Open() with { Outcome = SynOutcome.NoReply });

    public static PacketTrace WithoutCapture(bool ipv6 = false) => Of(Scene(ipv6).Probe(SynOutcome.NoReply) with { Syns = [], CaptureStatus = CaptureStatus.Unavailable });

    public static PacketTrace LargePackets(bool ipv6 = false) => Of(Scene(ipv6).Open(), Scene(ipv6).Mtu(MtuOutcome.BlackHole, 1300));

    public static PacketTrace[] All(bool ipv6 = false) =>
        [Healthy(ipv6), Blackhole(ipv6), Silent(ipv6), OutputDrop(ipv6), Refused(ipv6), InputDrop(ipv6), WithoutCapture(ipv6), LargePackets(ipv6)];

    private static PacketTrace Of(SynPathResult probe, params PacketEvidence[] more) => TraceBuilder.Build(new PacketTrace
    {
        ComputerName = probe.ComputerName,
        NetNamespace = probe.NetNamespace,
        ObservedAt = probe.ObservedAt,
        TargetName = probe.TargetName,
        RemoteAddress = probe.RemoteAddress,
        RemotePort = probe.RemotePort,
        Protocol = probe.Protocol,
        LocalAddress = probe.LocalAddress,
        LocalPort = probe.LocalPort,
        DurationMilliseconds = 12.5,
        Evidence = [probe, .. more],
    });
}
