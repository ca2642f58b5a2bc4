using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;

namespace PacketPath.Shell;

/// <summary>The engine's view of this program.</summary>
internal sealed class ConsoleHost(ConsoleUserInterface ui, Action nestedPrompt) : PSHost
{
    private int? _exitCode;
    private int _nesting;

    /// <summary>The exit code a script asked for; null where none did.</summary>
    public int? ExitCode => _exitCode;

    /// <summary>True once the innermost nested prompt is to end.</summary>
    public bool LeaveNested { get; private set; }

    /// <inheritdoc/>
    public override string Name => "PacketPath.Shell";

    /// <inheritdoc/>
    public override Version Version => typeof(ConsoleHost).Assembly.GetName().Version ?? new Version(0, 0);

    /// <inheritdoc/>
    public override Guid InstanceId { get; } = Guid.NewGuid();

    /// <inheritdoc/>
    public override PSHostUserInterface UI => ui;

    /// <inheritdoc/>
    public override CultureInfo CurrentCulture => CultureInfo.CurrentCulture;

    /// <inheritdoc/>
    public override CultureInfo CurrentUICulture => CultureInfo.CurrentUICulture;

    /// <inheritdoc/>
    public override void SetShouldExit(int exitCode) => _exitCode = exitCode;

    /// <inheritdoc/>
    public override void EnterNestedPrompt()
    {
        if (!ui.CanAsk)
        {
            throw new PSInvalidOperationException("A nested prompt needs a terminal.");
        }

        _nesting++;
        LeaveNested = false;
        try
        {
            nestedPrompt();
        }
        finally
        {
            _nesting--;
            LeaveNested = false;
            _exitCode = null;
        }
    }

    /// <inheritdoc/>
    public override void ExitNestedPrompt()
    {
        if (_nesting > 0)
        {
            LeaveNested = true;
        }
    }

    /// <inheritdoc/>
    public override void NotifyBeginApplication()
    {
    }

    /// <inheritdoc/>
    public override void NotifyEndApplication()
    {
    }
}
