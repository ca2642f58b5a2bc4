using System.Management.Automation;

namespace PacketPath.Binding;

/// <summary>What every cmdlet of the module shares: a stop token that Ctrl-C cancels, and errors with advice.</summary>
public abstract class PacketPathCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Cancelled when the pipeline is stopped.</summary>
    protected CancellationToken StopToken => _stop.Token;

    /// <inheritdoc/>
    protected override void StopProcessing() => _stop.Cancel();

    /// <summary>Reports bad input or something that could not be looked at, and lets the pipeline go on.</summary>
    /// <param name="exception">The cause; its message is shown.</param>
    /// <param name="errorId">A stable id, one per kind of failure.</param>
    /// <param name="category">The PowerShell category.</param>
    /// <param name="target">The user's own text.</param>
    /// <param name="advice">What to do about it; null where the message says it all.</param>
    protected internal void WriteProblem(Exception exception, string errorId, ErrorCategory category, object? target, string? advice = null)
    {
        var record = new ErrorRecord(exception, errorId, category, target);
        if (advice is not null)
        {
            record.ErrorDetails = new ErrorDetails(exception.Message) { RecommendedAction = advice };
        }

        WriteError(record);
    }

    /// <summary>Releases what the cmdlet holds.</summary>
    /// <param name="disposing">True when called by the engine at the end of the pipeline.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stop.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }
}
