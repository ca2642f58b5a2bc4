namespace PacketPath.Bench;

/// <summary>Two measurements, taken in turns so that both meet the same machine.</summary>
/// <param name="Ours">Our times, in milliseconds, sorted.</param>
/// <param name="Theirs">The other's.</param>
internal sealed record Paired(double[] Ours, double[] Theirs)
{
    private const int WarmRounds = 10;

    /// <summary>Our median.</summary>
    internal double OursMedian => Median(Ours);

    /// <summary>The other's median.</summary>
    internal double TheirsMedian => Median(Theirs);

    /// <summary>Measures in turns, after warm-up rounds that do not count.</summary>
    internal static Paired Measure(int rounds, Func<double> ours, Func<double> theirs)
    {
        List<double> first = [];
        List<double> second = [];
        for (int round = 0; round < WarmRounds + rounds; round++)
        {
            (double a, double b) = round % 2 == 0 ? (ours(), theirs()) : Swapped(ours, theirs);
            if (round >= WarmRounds)
            {
                first.Add(a);
                second.Add(b);
            }
        }

        return new Paired([.. first.Order()], [.. second.Order()]);
    }

    /// <summary>The middle of sorted values.</summary>
    internal static double Median(IReadOnlyList<double> sorted) =>
        sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;

    private static (double Ours, double Theirs) Swapped(Func<double> ours, Func<double> theirs)
    {
        double b = theirs();
        return (ours(), b);
    }
}
