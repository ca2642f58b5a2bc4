namespace PacketPath.Capture;

/// <summary>One packet, and what each point saw of it.</summary>
internal sealed class MatchedPacket(int legs, bool goesUp)
{
    private readonly SeenPacket[] _at = new SeenPacket[legs];
    private ulong _seen;
    private ulong _cut;

    /// <summary>True where it goes from the flow's low end to its high one.</summary>
    public bool GoesUp => goesUp;

    /// <summary>True where a point saw it.</summary>
    public bool IsAt(int point) => (_seen & (1UL << point)) != 0;

    /// <summary>True where its bytes came by a point in segments of other sizes.</summary>
    public bool IsCutAt(int point) => (_cut & (1UL << point)) != 0;

    /// <summary>What a point saw.</summary>
    public ref readonly SeenPacket At(int point) => ref _at[point];

    /// <summary>What the first point that has it saw.</summary>
    public ref readonly SeenPacket Any => ref _at[System.Numerics.BitOperations.TrailingZeroCount(_seen)];

    /// <summary>The time of its first sighting.</summary>
    public long Time { get; private set; } = long.MaxValue;

    public void See(int point, in SeenPacket packet)
    {
        _at[point] = packet;
        Time = Math.Min(Time, packet.Nanoseconds);
        _seen |= 1UL << point;
    }

    public void Cut(int point) => _cut |= 1UL << point;

    /// <summary>True where no point saw both.</summary>
    public bool IsApartFrom(MatchedPacket other) => (_seen & other._seen) == 0;

    /// <summary>Takes over what the other's points saw.</summary>
    public void Take(MatchedPacket other)
    {
        for (var point = 0; point < _at.Length; point++)
        {
            if (other.IsAt(point))
            {
                See(point, other._at[point]);
            }
        }
    }
}
