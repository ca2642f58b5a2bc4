namespace PacketPath.Probes;

/// <summary>Keeps one target's packets within a rate and a total. Pure: the caller brings the clock.</summary>
internal sealed class PacketPace
{
    private const long Second = 1_000_000_000;

    private readonly Queue<(long At, int Cost)> _lately = new();
    private readonly int _perSecond;
    private readonly int _limit;
    private int _inWindow;

    /// <summary>Creates a pace.</summary>
    /// <param name="perSecond">The most packets in any one second.</param>
    /// <param name="limit">The most packets in all.</param>
    public PacketPace(int perSecond, int limit)
    {
        _perSecond = perSecond;
        _limit = limit;
    }

    /// <summary>Packets sent so far.</summary>
    public int Total { get; private set; }

    /// <summary>True where nothing of this cost may ever be sent again.</summary>
    public bool IsExhausted(int cost = 1) => Total + cost > _limit;

    /// <summary>Takes leave to send; false where it is too early or too much.</summary>
    public bool TryTake(long now, int cost)
    {
        Forget(now);
        if (IsExhausted(cost) || (_inWindow + cost > _perSecond && _inWindow > 0))
        {
            return false;
        }

        _lately.Enqueue((now, cost));
        _inWindow += cost;
        Total += cost;
        return true;
    }

    /// <summary>When a packet of this cost may go.</summary>
    public long NextAt(long now, int cost)
    {
        Forget(now);
        var free = _perSecond - _inWindow;
        foreach (var (at, packets) in _lately)
        {
            if (free >= cost)
            {
                break;
            }

            free += packets;
            now = Math.Max(now, at + Second);
        }

        return now;
    }

    private void Forget(long now)
    {
        while (_lately.TryPeek(out var oldest) && now - oldest.At >= Second)
        {
            _inWindow -= _lately.Dequeue().Cost;
        }
    }
}
