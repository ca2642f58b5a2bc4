using System.Diagnostics;
using System.Management.Automation;
using PacketPath.Capture;

namespace PacketPath.Commands;

/// <summary>Writes what a watch sees from the pipeline's thread, shows how far it is, and tells at the end what was lost.</summary>
internal sealed class WatchSession : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ProgressDelay = TimeSpan.FromMilliseconds(500);

    private readonly WatchPacketCaptureCommand _cmdlet;
    private readonly CancellationToken _stop;
    private readonly PacketWatch _watch;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly ProgressRecord _progress = new(0, "Watching packets", "Starting");
    private long _shown = Stopwatch.GetTimestamp();
    private bool _isVisible;

    /// <summary>Takes a watch over.</summary>
    public WatchSession(WatchPacketCaptureCommand cmdlet, CancellationToken stop, PacketWatch watch)
    {
        _cmdlet = cmdlet;
        _stop = stop;
        _watch = watch;
    }

    /// <summary>Writes every packet until the watch ends.</summary>
    /// <param name="count">The packets asked for; 0 for no limit.</param>
    /// <param name="seconds">The seconds asked for; 0 for no limit.</param>
    public void Write(long count, double seconds)
    {
        while (!_watch.IsCompleted)
        {
            try
            {
                if (_watch.TryTake(Look, _stop, out var record))
                {
                    _cmdlet.WriteObject(record);
                }
            }
            catch (OperationCanceledException)
            {
                throw new PipelineStoppedException();
            }

            ReportFailures();
            ShowProgress(count, seconds);
        }

        ReportFailures();
        if (_isVisible)
        {
            _progress.RecordType = ProgressRecordType.Completed;
            _cmdlet.WriteProgress(_progress);
        }

        if (_watch.Lost is var lost and > 0)
        {
            _cmdlet.WriteWarning($"{lost} packets were lost because they came faster than they were read: the picture has gaps. A narrower -Filter lets fewer through.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _watch.Dispose();

    private void ReportFailures()
    {
        while (_watch.TryTakeFailure(out var failure))
        {
            _cmdlet.Report(failure);
        }
    }

    // Where no end is foreseen, the packets themselves are the progress.
    private void ShowProgress(long count, double seconds)
    {
        if ((count == 0 && seconds == 0) || Stopwatch.GetElapsedTime(_shown) < (_isVisible ? Look : ProgressDelay))
        {
            return;
        }

        _shown = Stopwatch.GetTimestamp();
        var part = Math.Max(
            count > 0 ? (double)_watch.Taken / count : 0,
            seconds > 0 ? Stopwatch.GetElapsedTime(_started).TotalSeconds / seconds : 0);
        var status = count > 0 ? $"{_watch.Taken} of {count} packets" : $"{_watch.Taken} packets";
        var percent = (int)Math.Min(100, 100 * part);
        if (_isVisible && status == _progress.StatusDescription && percent == _progress.PercentComplete)
        {
            return;
        }

        _isVisible = true;
        _progress.StatusDescription = status;
        _progress.PercentComplete = percent;
        _cmdlet.WriteProgress(_progress);
    }
}
