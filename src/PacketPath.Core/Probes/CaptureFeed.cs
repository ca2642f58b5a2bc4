using System.Collections.Concurrent;
using PacketPath.Capture;
using PacketPath.HostState;
using PacketPath.Interop;

namespace PacketPath.Probes;

/// <summary>The capture of a SYN probe, or of one by datagrams.</summary>
internal sealed class CaptureFeed(NetworkNamespace netNamespace, EventDescriptor wake, IPacketSourceFactory? factory = null, DatagramQuestion? datagram = null)
    : CaptureFeed<CapturedSegment>(
        netNamespace,
        wake,
        datagram is null ? CaptureFilter.ForSyn([]) : CaptureFilter.ForDatagrams(datagram.Port, datagram.Length),
        datagram is null ? SegmentReader.TryRead : SegmentReader.TryReadDatagram,
        factory);

/// <summary>Reads what matters of a captured packet; false where nothing does.</summary>
internal delegate bool PacketReader<T>(in CapturedPacket captured, out T read);

/// <summary>One capture for a whole call: a thread of its own takes packets off the wire and hands the few that matter to the engine.</summary>
internal class CaptureFeed<T> : IDisposable
    where T : struct
{
    private const int MostWaiting = 65536;

    private readonly NetworkNamespace _namespace;
    private readonly EventDescriptor _wake;
    private readonly IPacketSourceFactory? _factory;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _filter;
    private readonly PacketReader<T> _read;
    private readonly ConcurrentQueue<T> _waiting = new();
    private volatile IPacketSource? _source;
    private long _overflowed;
    private volatile bool _ended;
    private long _delivered;
    private int _signalled;

    /// <summary>Starts to open the capture.</summary>
    /// <param name="netNamespace">The namespace to watch.</param>
    /// <param name="wake">Signalled when packets wait.</param>
    /// <param name="filter">What to capture.</param>
    /// <param name="read">Reads a packet.</param>
    /// <param name="factory">Opens the capture; null for the module's own.</param>
    public CaptureFeed(NetworkNamespace netNamespace, EventDescriptor wake, string filter, PacketReader<T> read, IPacketSourceFactory? factory = null)
    {
        _namespace = netNamespace;
        _wake = wake;
        _filter = filter;
        _read = read;
        _factory = factory;
        new Thread(Run) { IsBackground = true, Name = "PacketPath capture" }.Start();
    }

    /// <summary>Why there is no capture, or why it ended; null while it stands.</summary>
    public CaptureException? Failure { get; private set; }

    /// <summary>True where the capture stands.</summary>
    public bool IsOpen => _source is not null;

    /// <summary>Completed where the capture stands or has failed.</summary>
    public Task Opened => _opened.Task;

    /// <summary>Waits until the capture stands or has failed.</summary>
    public void WaitUntilOpened(CancellationToken stop) => _opened.Task.Wait(stop);

    /// <summary>Packets lost so far.</summary>
    public long Lost => (_source?.GetCounts().Dropped ?? 0) + Interlocked.Read(ref _overflowed) + (_ended ? 1 : 0);

    /// <summary>How many packets the kernel has counted by now, to ask <see cref="HasHandedOver"/> with.</summary>
    public long Mark() => _source?.GetCounts().Received ?? 0;

    /// <summary>True where everything counted up to a mark has been handed over, or none is left to come.</summary>
    public bool HasHandedOver(long mark)
    {
        if (_source is not { } source || _ended)
        {
            return true;
        }

        // The count may still shrink: packets that the source passes over leave it once it has seen them.
        var counts = source.GetCounts();
        return Interlocked.Read(ref _delivered) + counts.Dropped >= Math.Min(mark, counts.Received);
    }

    /// <summary>How many packets wait.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Takes the next packet that waits.</summary>
    public bool TryTake(out T segment) => _waiting.TryDequeue(out segment);

    /// <summary>Call before taking: packets from now on signal again.</summary>
    public void Rearm() => Volatile.Write(ref _signalled, 0);

    /// <summary>Ends the capture. Its thread closes the packet socket, which the kernel takes some milliseconds to let go of.</summary>
    public void Dispose() => _stop.Cancel();

    private void Run()
    {
        try
        {
            var options = new CaptureOptions { Filter = _filter, QuickOpen = true };
            using var source = _namespace.Run(() => (_factory ?? PacketSources.Factory).OpenLive(options));
            _source = source;
            _opened.TrySetResult();
            try
            {
                source.Run(OnPacket, _stop.Token);
            }
            finally
            {
                _source = null;
                _ended = true;
            }
        }
        catch (CaptureException failure)
        {
            Failure = failure;
        }
        catch (Exception failure)
        {
            // The thread's last resort: an exception that got away here would end the user's whole session.
            Failure = new CaptureException(CaptureFailureReason.Other, failure.Message, "Look at the inner error.", failure);
        }
        finally
        {
            _opened.TrySetResult();
        }
    }

    private void OnPacket(in CapturedPacket packet)
    {
        if (_read(packet, out var segment))
        {
            if (_waiting.Count < MostWaiting)
            {
                _waiting.Enqueue(segment);
            }
            else
            {
                Interlocked.Increment(ref _overflowed);
            }
        }

        Interlocked.Increment(ref _delivered);
        if (Interlocked.Exchange(ref _signalled, 1) == 0)
        {
            _wake.Signal();
        }
    }
}
