using System.Diagnostics;
using System.Runtime.InteropServices;
using PacketPath.Capture.Interop;
using PacketPath.Interop;

namespace PacketPath.Capture;

/// <summary>What live captures share: they wait for the kernel and for an eventfd that ends the wait.</summary>
internal abstract class LiveSource(string interfaceName) : IPacketSource
{
    private const int IdleMilliseconds = 250;

    private static readonly TimeSpan DrainTime = TimeSpan.FromMilliseconds(2);

    private readonly FileDescriptor _wakeup = EventFd.Open();
    private readonly object _countsLock = new();
    private CaptureCounts _counts;
    private volatile bool _stopping;

    /// <inheritdoc/>
    public abstract CaptureLinkType LinkType { get; }

    /// <summary>The interface's name, for messages.</summary>
    protected string InterfaceName { get; } = interfaceName;

    /// <summary>Holds the kernel's resources; kept open while a run lasts.</summary>
    protected abstract SafeHandle Handle { get; }

    /// <summary>The descriptor that is readable when packets wait.</summary>
    protected abstract int Descriptor { get; }

    /// <inheritdoc/>
    public void Run(PacketHandler handler, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(handler);
        bool handleHeld = false;
        bool wakeupHeld = false;
        try
        {
            Handle.DangerousAddRef(ref handleHeld);
            _wakeup.DangerousAddRef(ref wakeupHeld);
            using CancellationTokenRegistration registration = stop.UnsafeRegister(static state => ((LiveSource)state!).Stop(), this);
            Span<Poll.Entry> entries =
            [
                new Poll.Entry { Descriptor = Descriptor, Events = Poll.Readable },
                new Poll.Entry { Descriptor = (int)_wakeup.DangerousGetHandle(), Events = Poll.Readable },
            ];
            while (!_stopping)
            {
                bool idle = Poll.Wait(entries, IdleMilliseconds) == 0;
                while (!_stopping && Deliver(handler))
                {
                }

                // The kernel tells that an interface goes down, but not that it is removed a moment later.
                if (idle && PacketSocket.IsDetached(Descriptor))
                {
                    throw CaptureErrors.InterfaceNotFound(InterfaceName);
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
                Handle.DangerousRelease();
            }
        }
    }

    /// <inheritdoc/>
    public CaptureCounts GetCounts()
    {
        lock (_countsLock)
        {
            if (!Handle.IsClosed)
            {
                _counts = ReadCounts(_counts);
            }

            return _counts;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_countsLock)
        {
            Stop();
            Close();
            _wakeup.Dispose();
        }
    }

    /// <summary>Delivers what is at hand, a bounded amount of it, without waiting.</summary>
    /// <returns>False where nothing was.</returns>
    protected abstract bool Deliver(PacketHandler handler);

    /// <summary>Reads the counts.</summary>
    /// <param name="before">What was read last.</param>
    protected abstract CaptureCounts ReadCounts(CaptureCounts before);

    /// <summary>Lets go of the kernel's resources.</summary>
    protected abstract void Close();

    private void Stop()
    {
        _stopping = true;
        try
        {
            EventFd.Signal(_wakeup);
        }
        catch (ObjectDisposedException)
        {
            // Disposed: it was signalled then.
        }
    }
}
