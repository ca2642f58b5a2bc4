namespace PacketPath.Probes;

/// <summary>Probes many TCP destinations at once: a real connect each, watched by its error queue and by a capture on the exact 4-tuple. Results come as they complete.</summary>
public sealed class SynProbe : Probe<SynTarget, SynPathResult>
{
    /// <summary>Starts the probe's thread; the capture is opened there, before the first connect.</summary>
    public SynProbe(SynProbeOptions options)
        : base(sink => Engine(options, sink))
    {
    }

    /// <summary>Probes a list of targets and gives the results as they complete.</summary>
    /// <exception cref="SynProbeException">A target could not be probed as asked.</exception>
    public static IEnumerable<SynPathResult> Run(SynProbeOptions options, IEnumerable<SynTarget> targets, CancellationToken stop = default) =>
        Run(() => new SynProbe(options), targets, stop);

    private static SynEngine Engine(SynProbeOptions options, Action<ProbeOutput<SynTarget, SynPathResult>> sink)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ThrottleLimit, 1);
        return new SynEngine(options, () => HostPathReader.Open(options.Namespace), sink);
    }
}
