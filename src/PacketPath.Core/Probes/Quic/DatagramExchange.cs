using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using PacketPath.Interop;

namespace PacketPath.Probes;

/// <summary>Carries a dialog over one connected UDP socket: sends when it is time, hands over what comes, and reads the error queue. Ends with the first ICMP error.</summary>
internal sealed class DatagramExchange : IDisposable
{
    private const int LargestDatagram = 4096;
    private const int MostDatagrams = 20_000;
    private const int MostAtOnce = 64;
    private const int MostErrors = 64;
    private static readonly TimeSpan ReportWait = TimeSpan.FromMilliseconds(30);

    private readonly Socket _socket;
    private readonly InetSocket _calls;
    private readonly byte[] _buffer = new byte[LargestDatagram];
    private readonly byte[] _peek = new byte[1];
    private readonly TaskCompletionSource _quiet = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _started = Stopwatch.GetTimestamp();
    private TimeSpan _sentAt;
    private int _errors;

    /// <summary>Connects.</summary>
    /// <param name="socket">A datagram socket of the remote's family; closed with this.</param>
    /// <param name="remote">Whom to speak to.</param>
    /// <param name="ttl">The TTL of what is sent; 0 for the host's usual one.</param>
    public DatagramExchange(Socket socket, IPEndPoint remote, int ttl = 0)
    {
        _socket = socket;
        _calls = InetSocket.Borrow(socket);
        _calls.ReceiveErrors();
        _calls.ProbeMtu();
        if (ttl > 0)
        {
            _calls.SetTtl(ttl);
        }

        Fail("connect", _calls.Connect(remote.Address, remote.Port));
        Local = _calls.LocalEndPoint();
    }

    /// <summary>The local endpoint.</summary>
    public IPEndPoint? Local { get; }

    /// <summary>Done when the first wait was in vain, or all is over.</summary>
    public Task Quiet => _quiet.Task;

    /// <summary>True once an answer came.</summary>
    public bool IsAnswered { get; private set; }

    /// <summary>From the newest datagram sent to the answer or the ICMP error; null where neither came.</summary>
    public TimeSpan? RoundTrip { get; private set; }

    /// <summary>The ICMP reports, each with the time since the start.</summary>
    public List<(ErrorQueueRecord Record, TimeSpan At)> Reports { get; } = [];

    /// <summary>The errno that ended it; 0 where none did.</summary>
    public int Error { get; private set; }

    /// <summary>The call that failed with it; null where none did.</summary>
    public string? FailedCall { get; private set; }

    /// <summary>How many datagrams were sent.</summary>
    public int Sent { get; private set; }

    /// <summary>How many datagrams came.</summary>
    public int Received { get; private set; }

    /// <summary>How many of them were no answer.</summary>
    public int Foreign { get; private set; }

    /// <summary>When the socket was last read: what came later, nobody looked for.</summary>
    public DateTime ReadAt { get; private set; }

    private TimeSpan Elapsed => Stopwatch.GetElapsedTime(_started);

    private bool IsEnded => Reports.Count > 0 || Received > MostDatagrams || _errors > MostErrors;

    /// <summary>Runs the dialog until it is over, an error ends it, or time is up.</summary>
    /// <param name="dialog">The dialog.</param>
    /// <param name="times">When to send, from now on.</param>
    /// <param name="timeout">When to give up, from now on.</param>
    /// <param name="stop">Ends it at once.</param>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public async Task RunAsync(DatagramDialog dialog, TimeSpan[] times, TimeSpan timeout, CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var (next, deadline) = (0, timeout);
        Task? readable = null;
        try
        {
            while (true)
            {
                var now = Elapsed;
                ReadAt = DateTime.UtcNow;
                Take(dialog);
                if (dialog.IsOver || IsEnded || now >= deadline)
                {
                    break;
                }

                if (Error == 0 && (dialog.IsDue || (next < times.Length && now >= times[next])))
                {
                    next += dialog.IsDue ? 0 : 1;
                    Send(dialog.Next());
                    if (next == 2)
                    {
                        _quiet.TrySetResult();
                    }

                    continue;
                }

                if (Error != 0)
                {
                    // What refused it may yet be told by an ICMP report.
                    deadline = Min(deadline, now + ReportWait);
                }

                readable ??= ReadableAsync(end.Token);
                var due = Error == 0 && next < times.Length ? Min(times[next], deadline) : deadline;
                await Task.WhenAny(readable, Task.Delay(Min(due - now + TimeSpan.FromTicks(1), deadline), end.Token)).ConfigureAwait(false);
                stop.ThrowIfCancellationRequested();
                readable = readable.IsCompleted ? null : readable;
            }

            if (dialog.Farewell() is { } last)
            {
                _calls.Send(last);
            }
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            await (readable ?? Task.CompletedTask).ConfigureAwait(false);
            _quiet.TrySetResult();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _calls.Dispose();
        _socket.Dispose();
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private void Send(byte[] datagram)
    {
        var errno = _calls.Send(datagram);
        if (errno != 0 && !ReadErrors())
        {
            Fail("send", errno);
        }

        Sent++;
        _sentAt = Elapsed;
    }

    private void Fail(string call, int errno)
    {
        if (errno != 0)
        {
            (Error, FailedCall) = (errno, call);
        }
    }

    // At most so many in one go: whatever floods in, the clock and the user are heard in between.
    private void Take(DatagramDialog dialog)
    {
        for (var i = 0; i < MostAtOnce && !dialog.IsOver && _calls.TryReceive(_buffer, out var length, out _); i++)
        {
            Received++;
            if (dialog.Take(_buffer.AsSpan(0, length)))
            {
                IsAnswered = true;
                RoundTrip ??= Elapsed - _sentAt;
            }
            else
            {
                Foreign++;
            }
        }

        if (!dialog.IsOver)
        {
            ReadErrors();
        }
    }

    private bool ReadErrors()
    {
        var at = Elapsed;
        foreach (var record in ErrorQueue.Drain(_calls.Descriptor))
        {
            Reports.Add((record, at));
            RoundTrip ??= at - _sentAt;
        }

        return Reports.Count > 0;
    }

    private async Task ReadableAsync(CancellationToken stop)
    {
        try
        {
            await _socket.ReceiveAsync(_peek, SocketFlags.Peek, stop).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            // The pending error; what it is about stands in the error queue.
            _errors++;
        }
        catch (OperationCanceledException)
        {
        }
    }
}
