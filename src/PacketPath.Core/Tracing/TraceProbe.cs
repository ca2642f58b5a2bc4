using PacketPath.Probes;

namespace PacketPath.Tracing;

/// <summary>Traces many targets at once: tries each, reads the host beside it, and weighs what was seen. Traces come as they complete.</summary>
/// <param name="options">How to trace.</param>
public sealed class TraceProbe(TraceOptions options) : Probe<TraceTarget, PacketTrace>(sink => new TraceEngine(options, sink));
