using System.Diagnostics;
using System.Net;
using PacketPath.Capture;
using PacketPath.HostState;
using PacketPath.Interop;

namespace PacketPath.Probes;

/// <summary>Watches the wire beside all questions of one call: queries leaving, answers and their fragments coming back.</summary>
internal sealed class DnsWire : IDisposable
{
    private const int MostKept = 65536;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    private readonly EventDescriptor _wake = new();
    private readonly CaptureFeed<DnsSighting> _feed;
    private readonly int _serverPort;
    private readonly Dictionary<(int Port, int Id), List<DnsSighting>> _byQuestion = [];
    private readonly List<DnsSighting> _later = [];
    private readonly Task _opened;
    private int _kept;
    private bool _overflowed;

    /// <summary>Starts to open the capture.</summary>
    public DnsWire(NetworkNamespace networkNamespace, int serverPort)
    {
        _serverPort = serverPort;
        _feed = new CaptureFeed<DnsSighting>(networkNamespace, _wake, DnsSighting.Filter(serverPort), DnsSighting.TryRead);
        _opened = Task.Run(() => _feed.WaitUntilOpened(CancellationToken.None));
    }

    /// <summary>True where the capture stands.</summary>
    public bool IsOpen => _feed.IsOpen;

    /// <summary>Packets lost so far.</summary>
    public long Lost => _feed.Lost;

    /// <summary>Waits until the capture stands or has failed.</summary>
    public Task OpenedAsync(CancellationToken stop) => _opened.WaitAsync(stop);

    /// <summary>What the capture was worth since then.</summary>
    public (CaptureStatus Status, MissingObservation[] Missing) Standing(long lostBefore)
    {
        if (_feed.Failure is { } failure)
        {
            return (CaptureStatus.Unavailable, [Missed(failure.Message, failure.Remedy)]);
        }

        return _overflowed || Lost > lostBefore
            ? (CaptureStatus.Incomplete, [Missed("packets were lost while capturing: one that is not listed may still have passed", "Repeat the probe when this host is less busy.")])
            : (CaptureStatus.Complete, []);
    }

    /// <summary>What is missing where the wire is not watched.</summary>
    public static MissingObservation Missed(string why, string remedy) => new() { What = "queries and answers on the wire, and their fragments", Why = why, Remedy = remedy };

    /// <summary>Waits, a little, until all that the kernel has counted by now has been handed over.</summary>
    public async Task SettleAsync(CancellationToken stop)
    {
        var mark = _feed.Mark();
        for (var started = Stopwatch.GetTimestamp(); !_feed.HasHandedOver(mark) && Stopwatch.GetElapsedTime(started) < Patience;)
        {
            await Task.Delay(1, stop).ConfigureAwait(false);
        }
    }

    /// <summary>What was seen of one question, by its local port and number; it is forgotten with that. A port alone may have served another question since.</summary>
    public DnsExchange Tell(DnsExchange exchange, int id, IPAddress server)
    {
        var address = PacketAddress.From(server);
        List<DnsSighting> seen;
        List<DnsSighting> later;
        lock (_byQuestion)
        {
            Drain();
            seen = _byQuestion.Remove((exchange.LocalPort, id), out var found) ? found : [];
            _kept -= seen.Count;
            later = [.. _later.Where(l => l.From == address)];
        }

        var place = seen.Where(s => s.To == address || s.From == address).GroupBy(s => s.InterfaceIndex).OrderByDescending(g => g.Count()).FirstOrDefault();
        var queries = place?.Where(s => s.To == address && s.DestinationPort == _serverPort).ToList() ?? [];
        var answers = place?.Where(s => s.From == address && s.SourcePort == _serverPort).ToList() ?? [];
        var rest = later.Where(l => l.InterfaceIndex == place?.Key && answers.Exists(a => a.More && a.Identification == l.Identification && a.To == l.To)).ToList();
        var sets = answers.Where(a => a.More).Select(a => rest.Where(l => l.Identification == a.Identification).Append(a).ToList()).ToList();
        return exchange with
        {
            QueriesSeen = queries.Count,
            PacketsSeen = answers.Count + rest.Count,
            Fragments = answers.Count == 0 ? 0 : sets.Count == 0 ? 1 : sets.Max(s => s.DistinctBy(f => f.Offset).Count()),
            FragmentsWhole = sets.Count == 0 ? null : sets.Exists(IsWhole),
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _feed.Dispose();
        _wake.Dispose();
    }

    private static bool IsWhole(List<DnsSighting> fragments)
    {
        var next = 0;
        foreach (var fragment in fragments.DistinctBy(f => f.Offset).OrderBy(f => f.Offset))
        {
            if (fragment.Offset > next)
            {
                return false;
            }

            next = Math.Max(next, fragment.Offset + fragment.Length);
            if (!fragment.More)
            {
                return true;
            }
        }

        return false;
    }

    private void Drain()
    {
        while (_feed.TryTake(out var sighting))
        {
            if (_kept >= MostKept)
            {
                _overflowed = true;
                continue;
            }

            _kept++;
            if (sighting.SourcePort == 0 && sighting.DestinationPort == 0)
            {
                _later.Add(sighting);
                continue;
            }

            var question = (sighting.DestinationPort == _serverPort ? sighting.SourcePort : sighting.DestinationPort, sighting.MessageId);
            (_byQuestion.TryGetValue(question, out var list) ? list : _byQuestion[question] = []).Add(sighting);
        }
    }
}
