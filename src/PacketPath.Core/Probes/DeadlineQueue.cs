namespace PacketPath.Probes;

/// <summary>What is due when. What ends before its time is forgotten soon after, not only when its time comes.</summary>
/// <typeparam name="T">What has a deadline; it may have several.</typeparam>
internal sealed class DeadlineQueue<T>
    where T : class
{
    private const int FewEnded = 256;

    private readonly Func<T, bool> _hasEnded;
    private PriorityQueue<T, long> _queue = new();
    private int _ended;

    /// <summary>Creates an empty queue.</summary>
    /// <param name="hasEnded">True for what no deadline matters to any more.</param>
    public DeadlineQueue(Func<T, bool> hasEnded) => _hasEnded = hasEnded;

    /// <summary>How many deadlines are held, those of what has ended included.</summary>
    public int Count => _queue.Count;

    /// <summary>Adds a deadline.</summary>
    public void Add(T item, long due) => _queue.Enqueue(item, due);

    /// <summary>Something has ended. Once half of the deadlines may be void, they are thrown out.</summary>
    public void NoteEnd()
    {
        if (++_ended < FewEnded || _ended * 2 < _queue.Count)
        {
            return;
        }

        _queue = new(_queue.UnorderedItems.Where(entry => !_hasEnded(entry.Element)));
        _ended = 0;
    }

    /// <summary>The next deadline; false where there is none.</summary>
    public bool TryPeek(out long due)
    {
        while (_queue.TryPeek(out var item, out due))
        {
            if (!_hasEnded(item))
            {
                return true;
            }

            _queue.Dequeue();
        }

        return false;
    }

    /// <summary>Takes what is due; false where nothing is yet.</summary>
    public bool TryTake(long now, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out T? item, out long due)
    {
        item = null;
        return TryPeek(out due) && due <= now && _queue.TryDequeue(out item, out due);
    }
}
