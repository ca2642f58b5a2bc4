using System.Diagnostics;
using PacketPath.Capture;

namespace PacketPath.Labs.Tests.Capture;

/// <summary>A capture that runs on a thread of its own.</summary>
internal sealed class RunningCapture : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;

    internal RunningCapture(IPacketSource source, PacketHandler handler)
    {
        Source = source;
        _thread = new Thread(() =>
        {
            try
            {
                source.Run(handler, _stop.Token);
            }
            catch (Exception e)
            {
                Failure = e;
            }
        });
        _thread.Start();
    }

    internal IPacketSource Source { get; }

    internal Exception? Failure { get; private set; }

    /// <summary>Waits for the run to end of itself.</summary>
    internal void Join() => Assert.True(_thread.Join(Patience), "The capture did not end.");

    /// <summary>Stops the run; the time it took to end.</summary>
    internal TimeSpan Stop()
    {
        long start = Stopwatch.GetTimestamp();
        _stop.Cancel();
        Join();
        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>Waits, within bounds, until a condition holds.</summary>
    internal static void Until(Func<bool> condition, string what) =>
        Assert.True(SpinWait.SpinUntil(condition, Patience), what);

    public void Dispose()
    {
        _stop.Cancel();
        Join();
        Source.Dispose();
        _stop.Dispose();
    }
}
