namespace PacketPath.Diagnosis;

/// <summary>A connection whose peer acknowledges and never answers, by two readings of its socket.</summary>
/// <param name="First">The oldest reading.</param>
/// <param name="Last">The newest.</param>
internal sealed record SilentTalk(SocketEntry First, SocketEntry Last)
{
    private const double LeastSeconds = 0.5;

    /// <summary>How long it has been silent for sure.</summary>
    public double Seconds => (Last.ObservedAt - First.ObservedAt).TotalSeconds;

    /// <summary>Bytes acknowledged; the kernel counts the SYN as one.</summary>
    public long Sent => Last.TcpInfo!.BytesAcknowledged - 1;

    /// <summary>The connection among readings that shows this most clearly; null where none does.</summary>
    public static SilentTalk? Of(IEnumerable<SocketEntry> readings)
    {
        SilentTalk? found = null;
        foreach (var socket in readings.Where(static s => s.Cookie != 0).GroupBy(static s => (TargetKey.PlaceOf(s), s.Cookie)))
        {
            var ordered = socket.OrderBy(static s => s.ObservedAt).ToArray();
            var talk = new SilentTalk(ordered[0], ordered[^1]);
            if (talk.Seconds >= LeastSeconds && IsUnanswered(talk.First) && IsUnanswered(talk.Last) && talk.Seconds > (found?.Seconds ?? 0))
            {
                found = talk;
            }
        }

        return found;
    }

    // Whoever got even one byte has been answered once, and may well be idle since.
    private static bool IsUnanswered(SocketEntry socket) => socket is
    {
        State: SocketState.Established,
        ReceiveQueueBytes: null or 0,
        SendQueueBytes: null or 0,
        TcpInfo: { BytesReceived: 0, DataSegmentsOut: > 0, BytesAcknowledged: > 1, UnacknowledgedSegments: 0, NotSentBytes: 0 },
    };
}
