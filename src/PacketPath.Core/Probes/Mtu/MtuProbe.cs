namespace PacketPath.Probes;

/// <summary>Probes the path MTU to many destinations at once. Results come as they complete.</summary>
public sealed class MtuProbe : Probe<MtuTarget, MtuProbeResult>
{
    /// <summary>Starts the probe's thread; the capture is opened there, before the first packet.</summary>
    public MtuProbe(MtuProbeOptions options)
        : base(sink => Engine(options, sink))
    {
    }

    /// <summary>Probes a list of targets and gives the results as they complete.</summary>
    /// <exception cref="SynProbeException">A target could not be probed as asked.</exception>
    public static IEnumerable<MtuProbeResult> Run(MtuProbeOptions options, IEnumerable<MtuTarget> targets, CancellationToken stop = default) =>
        Run(() => new MtuProbe(options), targets, stop);

    private static MtuEngine Engine(MtuProbeOptions options, Action<ProbeOutput<MtuTarget, MtuProbeResult>> sink)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ThrottleLimit, 1);
        return new MtuEngine(options, () => HostPathReader.Open(options.Namespace), sink);
    }
}
