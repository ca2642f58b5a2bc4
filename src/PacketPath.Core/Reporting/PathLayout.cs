namespace PacketPath.Reporting;

/// <summary>Where the stages stand: out of this host along the top, through the network to the far host on the right, and back along the bottom.</summary>
internal static class PathLayout
{
    public const int Width = 1120;
    public const int Height = 326;
    public const int TopLane = 96;
    public const int BottomLane = 246;
    public const int HostRight = 868;
    public const int NetworkLeft = 880;
    public const int NetworkRight = 1000;
    public const int FarLeft = 1012;

    private const int First = 64;
    private const int LastInHost = 816;
    private const int Step = 94;
    private const int Network = (NetworkLeft + NetworkRight) / 2;
    private const int Far = 1062;

    /// <summary>One stage and its place.</summary>
    public readonly record struct Spot(TraceStage Stage, int X, int Y);

    /// <summary>The places of the stages, in path order.</summary>
    public static Spot[] Place(TraceStage[] stages)
    {
        var outward = stages.Where(static s => s.Layer <= PathLayer.Device).ToArray();
        var inward = stages.Where(static s => s.Layer >= PathLayer.DeviceReceive).ToArray();
        return [.. stages.Select(stage => stage.Layer switch
        {
            PathLayer.Path => new Spot(stage, Network, TopLane),
            PathLayer.RemoteHost => new Spot(stage, Far, (TopLane + BottomLane) / 2),
            PathLayer.ReturnPath => new Spot(stage, Network, BottomLane),
            <= PathLayer.Device => new Spot(stage, LastInHost - ((outward.Length - 1 - Array.IndexOf(outward, stage)) * StepOf(outward.Length)), TopLane),
            _ => new Spot(stage, LastInHost - (Array.IndexOf(inward, stage) * StepOf(inward.Length)), BottomLane),
        })];
    }

    /// <summary>The way from one stage to the next, as SVG path data.</summary>
    public static string Way(Spot from, Spot to)
    {
        const int Round = 24;
        if (from.Y == to.Y)
        {
            return $"M{from.X} {from.Y}H{to.X}";
        }

        return from.X == Far ? $"M{Far} {from.Y}V{to.Y - Round}Q{Far} {to.Y} {Far - Round} {to.Y}H{to.X}"
            : to.X == Far ? $"M{from.X} {from.Y}H{Far - Round}Q{Far} {from.Y} {Far} {from.Y + Round}V{to.Y}"
            : $"M{from.X} {from.Y}H{Far - Round}Q{Far} {from.Y} {Far} {from.Y + Round}V{to.Y - Round}Q{Far} {to.Y} {Far - Round} {to.Y}H{to.X}";
    }

    private static int StepOf(int count) => count < 2 ? Step : Math.Min(Step, (LastInHost - First) / (count - 1));
}
