using System.Diagnostics;
using PacketPath.Capture.Interop;
using SharpPcap.LibPcap;

namespace PacketPath.Capture;

/// <summary>A live capture: a libpcap ring in immediate mode, and an eventfd that ends the wait for it.</summary>
internal sealed class LivePacketSource : IPacketSource
{
    private static readonly TimeSpan DrainTime = TimeSpan.FromMilliseconds(2);

    private readonly PcapHandle _handle;
    private readonly PcapReader _reader;
    private readonly WakeupDescriptor _wakeup;
    private readonly string _interfaceName;
    private readonly bool _countsInterfaceDrops;
    private readonly int _descriptor;
    private readonly object _statisticsLock = new();
    private CaptureCounts _counts;
    private volatile bool _stopping;

    /// <summary>Takes over an activated handle.</summary>
    /// <param name="handle">The handle; closed with this object.</param>
    /// <param name="interfaceName">The interface's name, for messages.</param>
    /// <param name="countsInterfaceDrops">False where libpcap would read another namespace's interface counters.</param>
    internal LivePacketSource(PcapHandle handle, string interfaceName, bool countsInterfaceDrops)
    {
        _handle = handle;
        _reader = new PcapReader(handle);
        _interfaceName = interfaceName;
        _countsInterfaceDrops = countsInterfaceDrops;
        _descriptor = PcapNative.GetSelectableDescriptor(handle);
        _wakeup = WakeupDescriptor.Open();
    }

    /// <inheritdoc/>
    public CaptureLinkType LinkType => _reader.LinkType;

    /// <inheritdoc/>
    public void Run(PacketHandler handler, CancellationToken stop)
    {
        bool handleHeld = false;
        bool wakeupHeld = false;
        try
        {
            _handle.DangerousAddRef(ref handleHeld);
            _wakeup.DangerousAddRef(ref wakeupHeld);
            using CancellationTokenRegistration registration = stop.UnsafeRegister(static state => ((LivePacketSource)state!).Stop(), this);
            int wakeup = (int)_wakeup.DangerousGetHandle();
            while (!_stopping)
            {
                PollNative.Wait(_descriptor, wakeup);
                while (!_stopping && Deliver(handler))
                {
                }
            }

            long drainStart = Stopwatch.GetTimestamp();
            while (Deliver(handler) && Stopwatch.GetElapsedTime(drainStart) < DrainTime)
            {
            }
        }
        finally
        {
            if (wakeupHeld)
            {
                _wakeup.DangerousRelease();
            }

            if (handleHeld)
            {
                _handle.DangerousRelease();
            }
        }
    }

    /// <inheritdoc/>
    public CaptureCounts GetCounts()
    {
        lock (_statisticsLock)
        {
            if (!_handle.IsClosed && PcapNative.GetStatistics(_handle, out PcapNative.Statistics statistics) == 0)
            {
                _counts = new CaptureCounts(statistics.Received, statistics.Dropped, _countsInterfaceDrops ? statistics.InterfaceDropped : 0);
            }

            return _counts;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_statisticsLock)
        {
            Stop();
            _handle.Dispose();
            _wakeup.Dispose();
        }
    }

    private void Stop()
    {
        _stopping = true;
        try
        {
            _wakeup.Signal();
        }
        catch (ObjectDisposedException)
        {
            // Disposed: it was signalled then.
        }
    }

    private bool Deliver(PacketHandler handler) => _reader.Next(handler) switch
    {
        PcapReader.Step.Packet => true,
        PcapReader.Step.Error => throw Broken(),
        _ => false,
    };

    private CaptureException Broken()
    {
        string words = PcapNative.GetError(_handle);
        return words.Contains("disappeared", StringComparison.Ordinal)
            ? CaptureErrors.InterfaceNotFound(_interfaceName)
            : CaptureErrors.Activation(_interfaceName, 0, words);
    }
}
