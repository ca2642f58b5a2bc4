namespace PacketPath.Probes;

/// <summary>What a capture saw of one flow of datagrams.</summary>
internal sealed class DatagramSighting
{
    private const int MostReturning = 64;

    private readonly List<DateTime> _returning = [];
    private int _leaving;

    /// <summary>How many were seen leaving.</summary>
    public int Leaving => Volatile.Read(ref _leaving);

    /// <summary>Counts one that leaves.</summary>
    public void Leave() => Interlocked.Increment(ref _leaving);

    /// <summary>Counts one that comes back; beyond 64 they are one like another.</summary>
    /// <param name="at">When it was captured.</param>
    public void Return(DateTime at)
    {
        lock (_returning)
        {
            if (_returning.Count < MostReturning)
            {
                _returning.Add(at);
            }
        }
    }

    /// <summary>How many were captured coming back before a moment.</summary>
    public int ReturnedBefore(DateTime end)
    {
        lock (_returning)
        {
            return _returning.Count(at => at < end);
        }
    }
}
