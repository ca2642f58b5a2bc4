using System.Management.Automation;

namespace PacketPath.Shell;

/// <summary>Shows the newest progress record on one line of the terminal, at most ten times a second.</summary>
internal sealed class ProgressLine(Terminal terminal)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly List<(long Source, int Activity)> _open = [];
    private long _shownAt;

    /// <summary>Takes in one record.</summary>
    public void Show(long source, ProgressRecord record)
    {
        if (!terminal.ShowsProgress)
        {
            return;
        }

        lock (_gate)
        {
            var key = (source, record.ActivityId);
            if (record.RecordType == ProgressRecordType.Completed)
            {
                _open.Remove(key);
                if (_open.Count == 0)
                {
                    terminal.ShowProgress(null);
                }

                return;
            }

            if (!_open.Contains(key))
            {
                _open.Add(key);
            }
            else if (TimeProvider.System.GetElapsedTime(_shownAt) < Interval)
            {
                return;
            }

            _shownAt = TimeProvider.System.GetTimestamp();
            terminal.ShowProgress(Text(record));
        }
    }

    /// <summary>Forgets everything that was shown.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _open.Clear();
            terminal.ShowProgress(null);
        }
    }

    private static string Text(ProgressRecord record)
    {
        var percent = record.PercentComplete is >= 0 and <= 100 ? $" {record.PercentComplete}%" : "";
        var operation = string.IsNullOrEmpty(record.CurrentOperation) ? "" : $" {record.CurrentOperation}";
        return $"{record.Activity}: {record.StatusDescription}{percent}{operation}";
    }
}
