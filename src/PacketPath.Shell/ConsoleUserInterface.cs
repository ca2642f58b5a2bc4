using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace PacketPath.Shell;

/// <summary>Puts each of the engine's streams where pwsh puts it: errors to standard error, everything else to standard output.</summary>
internal sealed class ConsoleUserInterface(Terminal terminal, bool nonInteractive) : PSHostUserInterface
{
    private readonly ProgressLine _progress = new(terminal);
    private bool _errorsOnly;

    /// <summary>True where somebody can answer a question.</summary>
    public bool CanAsk => !nonInteractive;

    /// <inheritdoc/>
    public override PSHostRawUserInterface RawUI { get; } = new ConsoleRawInterface(terminal);

    /// <inheritdoc/>
    public override bool SupportsVirtualTerminal => terminal.SupportsEscapes;

    /// <inheritdoc/>
    public override void Write(string value)
    {
        if (_errorsOnly)
        {
            terminal.WriteError(value);
        }
        else
        {
            terminal.Write(value);
        }
    }

    /// <inheritdoc/>
    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        terminal.Write(terminal.SupportsEscapes ? PSStyle.Instance.Foreground.FromConsoleColor(foregroundColor) + value + PSStyle.Instance.Reset : value);

    /// <inheritdoc/>
    public override void WriteLine(string value) => Write(value + Environment.NewLine);

    /// <inheritdoc/>
    public override void WriteErrorLine(string value) => terminal.WriteErrorLine(PSStyle.Instance.Formatting.Error, value);

    /// <inheritdoc/>
    public override void WriteWarningLine(string message) => terminal.WriteLine(PSStyle.Instance.Formatting.Warning, "WARNING: " + message);

    /// <inheritdoc/>
    public override void WriteVerboseLine(string message) => terminal.WriteLine(PSStyle.Instance.Formatting.Verbose, "VERBOSE: " + message);

    /// <inheritdoc/>
    public override void WriteDebugLine(string message) => terminal.WriteLine(PSStyle.Instance.Formatting.Debug, "DEBUG: " + message);

    /// <inheritdoc/>
    public override void WriteProgress(long sourceId, ProgressRecord record) => _progress.Show(sourceId, record);

    /// <summary>Sends everything to standard error until the result is disposed.</summary>
    public IDisposable RouteToErrors() => new ErrorRoute(this);

    /// <summary>Takes away whatever progress is shown.</summary>
    public void EndProgress() => _progress.Clear();

    /// <inheritdoc/>
    public override string ReadLine()
    {
        RequireAnswers();
        return Console.ReadLine() ?? "";
    }

    /// <summary>Reads the answer to a question.</summary>
    /// <exception cref="PSInvalidOperationException">The input ended.</exception>
    public string ReadAnswer()
    {
        RequireAnswers();
        return Console.ReadLine() ?? throw new PSInvalidOperationException("The input ended before the question was answered.");
    }

    /// <inheritdoc/>
    public override SecureString ReadLineAsSecureString()
    {
        RequireAnswers();
        var secret = new SecureString();
        foreach (var character in Console.IsInputRedirected ? Console.ReadLine() ?? "" : ReadHidden())
        {
            secret.AppendChar(character);
        }

        secret.MakeReadOnly();
        return secret;
    }

    /// <inheritdoc/>
    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions)
    {
        RequireAnswers();
        return new FieldPrompt(this).Ask(caption, message, descriptions);
    }

    /// <inheritdoc/>
    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        RequireAnswers();
        return new ChoicePrompt(this).Ask(caption, message, choices, defaultChoice);
    }

    /// <inheritdoc/>
    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        PromptForCredential(caption, message, userName, targetName, PSCredentialTypes.Default, PSCredentialUIOptions.Default);

    /// <inheritdoc/>
    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options)
    {
        RequireAnswers();
        WriteLine(caption);
        WriteLine(message);
        if (string.IsNullOrEmpty(userName))
        {
            Write("User: ");
            userName = ReadAnswer();
        }

        Write($"Password for user {userName}: ");
        return new PSCredential(userName, ReadLineAsSecureString());
    }

    private static string ReadHidden()
    {
        var text = new System.Text.StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                text.Length = Math.Max(0, text.Length - 1);
            }
            else if (key.KeyChar != '\0')
            {
                text.Append(key.KeyChar);
            }
        }

        Console.Out.WriteLine();
        return text.ToString();
    }

    private void RequireAnswers()
    {
        if (!CanAsk)
        {
            throw new PSInvalidOperationException("The shell is non-interactive: nobody can answer this question.");
        }
    }

    private sealed class ErrorRoute : IDisposable
    {
        private readonly ConsoleUserInterface _ui;

        public ErrorRoute(ConsoleUserInterface ui)
        {
            _ui = ui;
            _ui._errorsOnly = true;
        }

        public void Dispose() => _ui._errorsOnly = false;
    }
}
