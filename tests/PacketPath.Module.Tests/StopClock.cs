using System.Diagnostics;
using System.Globalization;

namespace PacketPath.Module.Tests;

/// <summary>Measures how long something takes to stop, and allows for the share of a processor this machine leaves it.</summary>
public sealed class StopClock
{
    private const double AllowedMilliseconds = 200;
    private static readonly TimeSpan Sample = TimeSpan.FromMilliseconds(40);

    private readonly List<double> _elapsed = [];
    private double _contention = 1;

    /// <summary>Times one stop.</summary>
    public void Time(Action stop)
    {
        _contention = Math.Max(_contention, Contention());
        var clock = Stopwatch.StartNew();
        stop();
        _elapsed.Add(clock.Elapsed.TotalMilliseconds);
    }

    /// <summary>Fails unless the median is within 200 ms of an idle machine's time.</summary>
    public void AssertWithinLimit()
    {
        Assert.NotEmpty(_elapsed);
        _elapsed.Sort();
        var limit = AllowedMilliseconds * _contention;
        var times = string.Join(", ", _elapsed.Select(static ms => $"{ms:F0} ms"));
        Assert.True(_elapsed[_elapsed.Count / 2] <= limit, $"The median of {times} is more than {limit:F0} ms (200 ms on a processor shared {_contention:F1} ways).");
    }

    /// <summary>How many times longer a busy thread takes here than on a processor of its own.</summary>
    private static double Contention()
    {
        var ran = Processed();
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < Sample)
        {
        }

        var wall = clock.Elapsed.TotalMilliseconds;
        var cpu = Processed() - ran;
        return cpu <= 0 ? 1 : Math.Max(1, wall / cpu);
    }

    /// <summary>Milliseconds this thread has spent on a processor.</summary>
    private static double Processed()
    {
        var text = File.ReadAllText("/proc/thread-self/schedstat");
        return double.Parse(text.AsSpan(0, text.IndexOf(' ', StringComparison.Ordinal)), CultureInfo.InvariantCulture) / 1e6;
    }
}
