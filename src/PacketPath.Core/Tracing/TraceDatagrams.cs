using PacketPath.Probes;

namespace PacketPath.Tracing;

/// <summary>The probes by datagrams of one call. The first few ports have one each, whose capture looks at little else; the ports beyond share one that sees every datagram.</summary>
/// <param name="attempt">How attempts are made.</param>
/// <param name="payload">What to send, whatever the port; null for a question that fits it.</param>
internal sealed class TraceDatagrams(Func<SynProbeOptions> attempt, byte[]? payload) : IDisposable
{
    private const int PortsApart = 4;

    private readonly HeardTargets _heard = new();
    private readonly Dictionary<int, AskedProbe<SynTarget, SynPathResult>> _probes = [];

    /// <summary>Sends datagrams to a target, watched as a SYN is.</summary>
    /// <exception cref="SynProbeException">It could not be probed as asked.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public Task<SynPathResult> AskAsync(SynTarget target, CancellationToken stop)
    {
        AskedProbe<SynTarget, SynPathResult>? probe;
        lock (_probes)
        {
            if (!_probes.TryGetValue(target.Port, out probe))
            {
                var port = _probes.Count < PortsApart ? target.Port : 0;
                if (!_probes.TryGetValue(port, out probe))
                {
                    _probes[port] = probe = new(new SynProbe(attempt() with { Datagram = new DatagramQuestion { Port = port, Payload = payload }, Heard = _heard }));
                }
            }
        }

        return probe.AskAsync(target, stop);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var probe in _probes.Values)
        {
            probe.Dispose();
        }
    }
}
