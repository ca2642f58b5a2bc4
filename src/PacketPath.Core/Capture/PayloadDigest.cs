namespace PacketPath.Capture;

/// <summary>A short digest of a packet's payload: enough to tell that two captures saw the same, and nothing of what it says.</summary>
internal static class PayloadDigest
{
    /// <summary>The bytes that count: a capture of headers alone still holds them.</summary>
    public const int Bytes = 64;

    // Exact as a number in JSON too.
    private const ulong Mask = (1UL << 52) - 1;
    private const ulong Offset = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>The digest; null where there is no payload, or too little of it was captured.</summary>
    /// <param name="captured">The packet as captured.</param>
    /// <param name="packet">Its headers.</param>
    /// <param name="payload">The payload's length by the headers.</param>
    public static long? Of(in CapturedPacket captured, in DecodedPacket packet, int payload)
    {
        var wanted = Math.Min(payload, Bytes);
        if (packet.Transport == TransportKind.None || wanted <= 0 || packet.PayloadLength < wanted || packet.PayloadOffset + wanted > captured.Data.Length)
        {
            return null;
        }

        var hash = Offset;
        foreach (var value in captured.Data.Slice(packet.PayloadOffset, wanted))
        {
            hash = (hash ^ value) * Prime;
        }

        return (long)((hash ^ (hash >> 52)) & Mask);
    }

    /// <summary>True for an echo request or its reply.</summary>
    public static bool IsEcho(in DecodedPacket packet) => packet.Transport == TransportKind.Icmp ? packet.Icmp.Type is 0 or 8 : packet.Icmp.Type is 128 or 129;
}
