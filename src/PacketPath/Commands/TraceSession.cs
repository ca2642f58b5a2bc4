using System.Management.Automation;
using PacketPath.HostState;
using PacketPath.Probes;
using PacketPath.Targets;
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

    /// <summary>Traces a target at each port: at each address it has, or by a proxy. Names are looked up where they are traced.</summary>
    public void AddAll(string text, IEnumerable<int> ports, string? proxy, AddressFamily? family)
    {
        if (proxy is null)
        {
            var targets = Targets(text, family);
            foreach (var target in ports.SelectMany(port => targets.Select(target => target with { Port = port })))
            {
                Add(target);
            }

            return;
        }

        try
        {
            var by = ProxyAddress.Parse(proxy);
            foreach (var port in ports)
            {
                var tunnel = TunnelTarget.Parse($"{(text.Contains(':') && !text.StartsWith('[') ? $"[{text}]" : text)}:{port}");
                foreach (var target in Targets(by.HostText, family))
                {
                    Add(target with { Port = by.Port, Tunnel = new TraceTunnel(tunnel, by) });
                }
            }
        }
        catch (TargetException failure)
        {
            _cmdlet.WriteProblem(failure, "ProxyOrTargetInvalid", ErrorCategory.InvalidArgument, failure.Target, failure.Advice);
        }
    }

    /// <inheritdoc/>
    protected override string Doing => _report.Now;

    /// <inheritdoc/>
    protected override string NameOf(TraceTarget target) => target.Name;

    /// <inheritdoc/>
    protected override void Write(PacketTrace result) => _cmdlet.Write(result);

    private IReadOnlyList<TraceTarget> Targets(string text, AddressFamily? family)
    {
        if (!TargetParser.TryParse(text, out var target, out var problem))
        {
            Report(problem, text);
            return [];
        }

        if (target.Address is not null)
        {
            return [.. Expand(text, family).Select(address => new TraceTarget(text, address, 0))];
        }

        if (family is not null && SourceFamily is not null && family != SourceFamily)
        {
            ReportFamily(text);
            return [];
        }

        return [new TraceTarget(text, null, 0) { Family = family ?? SourceFamily }];
    }

    /// <summary>The last stage the engine told of.</summary>
    private sealed class StageReport : IProgress<string>
    {
        private volatile string _now = "";

        public string Now => _now;

        public void Report(string value) => _now = value;
    }
}
