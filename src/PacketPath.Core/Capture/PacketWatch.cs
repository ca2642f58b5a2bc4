using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace PacketPath.Capture;

/// <summary>One stream of packets to watch.</summary>
/// <param name="Source">The stream.</param>
/// <param name="Reader">Makes records of its packets.</param>
/// <param name="Place">Where it stands.</param>
/// <param name="Name">Its name, for messages and files: the interface, and the namespace where it is not the own.</param>
internal sealed record WatchedSource(IPacketSource Source, PacketRecordReader Reader, CapturePlace Place, string Name) : IDisposable
{
    /// <summary>What the capture will say of itself, as far as it is known beforehand.</summary>
    public PacketCaptureSummary Summary { get; init; } = new();

    /// <inheritdoc/>
    public void Dispose()
    {
        Source.Dispose();
        Place.Dispose();
    }
}

/// <summary>Why a stream ended before it should.</summary>
/// <param name="Name">The stream's name.</param>
/// <param name="Cause">What happened.</param>
internal sealed record WatchFailure(string Name, Exception Cause);

/// <summary>
/// Watches one or more packet streams side by side, each on a thread of its own, and hands out the records from one queue. A reader that is slow is waited for:
/// packets are then lost in the kernel's buffer, which counts them.
/// </summary>
internal sealed class PacketWatch : IDisposable
{
    private const int MostWaiting = 4096;

    private readonly IReadOnlyList<WatchedSource> _sources;
    private readonly CaptureFile? _file;
    private readonly long _most;
    private readonly BlockingCollection<PacketRecord> _waiting = new(MostWaiting);
    private readonly ConcurrentQueue<WatchFailure> _failures = new();
    private readonly CancellationTokenSource _end = new();
    private readonly CancellationTokenSource _abandon = new();
    private readonly Thread[] _threads;
    private readonly SourceCount[] _counts;
    private readonly DateTime _started = DateTime.UtcNow;
    private DateTime _ended;
    private long _taken;
    private int _running;

    /// <summary>Starts to watch.</summary>
    /// <param name="sources">The streams, which it then owns; at least one.</param>
    /// <param name="file">Where every packet is written besides, which it then owns; null for nowhere.</param>
    /// <param name="most">How many packets to take; 0 for no limit.</param>
    /// <param name="duration">How long to watch; null for no limit.</param>
    public PacketWatch(IReadOnlyList<WatchedSource> sources, CaptureFile? file, long most, TimeSpan? duration)
    {
        _sources = sources;
        _file = file;
        _most = most;
        _running = sources.Count;
        _counts = new SourceCount[sources.Count];
        if (duration is { } limit)
        {
            _end.CancelAfter(limit);
        }

        _threads = [.. Enumerable.Range(0, sources.Count).Select(i => new Thread(() => Run(i)) { IsBackground = true, Name = $"PacketPath watch {sources[i].Name}" })];
        foreach (var thread in _threads)
        {
            thread.Start();
        }
    }

    /// <summary>True where every record was handed out, and none will follow.</summary>
    public bool IsCompleted => _waiting.IsCompleted;

    /// <summary>Packets taken so far.</summary>
    public long Taken => _most > 0 ? Math.Min(Interlocked.Read(ref _taken), _most) : Interlocked.Read(ref _taken);

    /// <summary>Packets lost so far, by the kernel or the interface.</summary>
    public long Lost => _sources.Sum(s => s.Source.GetCounts() is var counts ? counts.Dropped + counts.InterfaceDropped : 0);

    /// <summary>Lets no more packets come; those that came already can still be taken.</summary>
    public void End() => _end.Cancel();

    /// <summary>Takes the next record; false where none came in time.</summary>
    /// <exception cref="OperationCanceledException">The caller stops.</exception>
    public bool TryTake(TimeSpan wait, CancellationToken stop, [NotNullWhen(true)] out PacketRecord? record) =>
        _waiting.TryTake(out record, (int)wait.TotalMilliseconds, stop);

    /// <summary>Takes the next stream that ended before it should.</summary>
    public bool TryTakeFailure([NotNullWhen(true)] out WatchFailure? failure) => _failures.TryDequeue(out failure);

    /// <summary>What each capture says of itself, once the watch is completed.</summary>
    public IEnumerable<PacketCaptureSummary> Summaries()
    {
        // What came behind the last packet asked for was not handed out.
        var isCut = _most > 0 && Interlocked.Read(ref _taken) >= _most;
        for (var index = 0; index < _sources.Count; index++)
        {
            var known = _sources[index].Summary;
            var count = _counts[index];
            var counts = _sources[index].Source.GetCounts();
            var isFile = known.ReadPath is not null;
            var end = isFile || isCut ? count.Last : count.Failure is null ? _ended : count.FailedAt;
            // The first of several captures already takes packets while the last is opened.
            var began = count.First is { } first && first < _started ? first : _started;
            yield return known with
            {
                ObservedAt = end ?? began,
                StartedAt = isFile ? count.First : began,
                EndedAt = end ?? (isFile ? null : began),
                Packets = count.Packets,
                Lost = isFile ? null : counts.Dropped + counts.InterfaceDropped,
                Failure = count.Failure,
            };
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _abandon.Cancel();
        _end.Cancel();
        foreach (var thread in _threads)
        {
            thread.Join();
        }

        foreach (var source in _sources)
        {
            source.Dispose();
        }

        _file?.Dispose();
        _waiting.Dispose();
        _end.Dispose();
        _abandon.Dispose();
    }

    private void Run(int index)
    {
        var source = _sources[index];
        try
        {
            source.Source.Run((in CapturedPacket packet) => Take(index, packet), _end.Token);
        }
        catch (OperationCanceledException) when (_abandon.IsCancellationRequested)
        {
            // Nobody waits for the rest.
        }
        catch (Exception failure)
        {
            // The thread's last resort: an exception that got away here would end the user's whole session.
            _failures.Enqueue(new WatchFailure(source.Name, failure));
            _counts[index].Failure = failure.Message;
            _counts[index].FailedAt = DateTime.UtcNow;
        }
        finally
        {
            _ended = DateTime.UtcNow;
            if (Interlocked.Decrement(ref _running) == 0)
            {
                _waiting.CompleteAdding();
            }
        }
    }

    private void Take(int index, in CapturedPacket packet)
    {
        var number = Interlocked.Increment(ref _taken);
        if (_most > 0 && number > _most)
        {
            return;
        }

        _file?.Write(index, packet);
        var record = _sources[index].Reader.Read(packet);
        _counts[index].Note(record.ObservedAt);
        _waiting.Add(record, _abandon.Token);
        if (number == _most)
        {
            _end.Cancel();
        }
    }

    /// <summary>What one source has handed out; written by its own thread.</summary>
    private struct SourceCount
    {
        public long Packets;
        public DateTime? First;
        public DateTime? Last;
        public DateTime? FailedAt;
        public string? Failure;

        public void Note(DateTime time)
        {
            Packets++;
            First = First is { } first && first < time ? first : time;
            Last = Last is { } last && last > time ? last : time;
        }
    }
}
