using System.Collections;
using PacketPath.Capture;
using PacketPath.HostState;

namespace PacketPath.Labs;

/// <summary>The captures that run beside a pipeline. Whoever reads them ends them: what was captured follows, then what each says of itself.</summary>
internal sealed class LabCaptures : IEnumerable<object>, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly List<WatchedSource> _sources = [];
    private PacketWatch? _watch;

    private LabCaptures()
    {
    }

    /// <summary>Starts the captures of a scenario; they stand when this returns.</summary>
    /// <exception cref="LabException">One cannot be had.</exception>
    public static LabCaptures Start(LabScenario scenario, LabNetwork network)
    {
        var captures = new LabCaptures();
        try
        {
            foreach (var capture in scenario.Captures)
            {
                using var inside = NetworkNamespace.Open(network.NamespaceOf(capture.Node));
                captures._sources.Add(WatchedSources.OpenLive(inside, new CaptureOptions { InterfaceName = capture.Interface, Filter = capture.Filter }));
            }

            captures._watch = captures._sources.Count == 0 ? null : new PacketWatch([.. captures._sources], null, 0, null);
            return captures;
        }
        catch (CaptureException failure)
        {
            captures.Dispose();
            throw new LabException($"A capture of the lab cannot be had: {failure.Message}", failure.Remedy, failure);
        }
    }

    /// <inheritdoc/>
    public IEnumerator<object> GetEnumerator()
    {
        if (_watch is not { } watch)
        {
            yield break;
        }

        watch.End();
        while (!watch.IsCompleted)
        {
            if (watch.TryTake(Patience, CancellationToken.None, out var record))
            {
                yield return record;
            }
        }

        foreach (var summary in watch.Summaries())
        {
            yield return summary;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_watch is not null)
        {
            _watch.Dispose();
        }
        else
        {
            _sources.ForEach(static s => s.Dispose());
        }
    }
}
