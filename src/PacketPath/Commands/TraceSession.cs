using PacketPath.Probes;
using PacketPath.HostState;
using PacketPath.Tracing;

namespace PacketPath.Commands;

/// <summary>The session of Trace-PacketPath for targets tried anew.</summary>
internal sealed class TraceSession : ProbeSession<TraceTarget, PacketTrace>
{
    private readonly TracePacketPathCommand _cmdlet;
    private readonly StageReport _report;

    /// <summary>Opens the namespace and starts tracing.</summary>
    public TraceSession(TracePacketPathCommand cmdlet, CancellationToken stop, ProbeSessionOptions session, Func<NetworkNamespace, TraceOptions> options)
        : this(cmdlet, stop, session, options, new StageReport())
    {
    }

    private TraceSession(
        TracePacketPathCommand cmdlet, CancellationToken stop, ProbeSessionOptions session, Func<NetworkNamespace, TraceOptions> options, StageReport report)
        : base(cmdlet, stop, session, (ns, source) => new TraceProbe(options(ns) with { SourceAddress = source, Progress = report })) =>
        (_cmdlet, _report) = (cmdlet, report);

    /// <inheritdoc/>
    protected override string Doing => _report.Now;

    /// <inheritdoc/>
    protected override string NameOf(TraceTarget target) => target.Name;

    /// <inheritdoc/>
    protected override void Write(PacketTrace result) => _cmdlet.Write(result);

    /// <summary>The last stage the engine told of.</summary>
    private sealed class StageReport : IProgress<string>
    {
        private volatile string _now = "";

        public string Now => _now;

        public void Report(string value) => _now = value;
    }
}
