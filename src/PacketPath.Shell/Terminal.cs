using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Internal;

namespace PacketPath.Shell;

/// <summary>What the standard streams can do, and the only place that writes to them.</summary>
internal sealed class Terminal
{
    private const int RedirectedWidth = 120;

    private readonly Lock _gate = new();
    private readonly TextWriter _output = Console.Out;
    private readonly TextWriter _error = Console.Error;
    private readonly bool _outputIsPlain;
    private readonly bool _errorIsPlain;
    private int _progressLength;

    public Terminal()
    {
        var dumb = Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb";
        var noColor = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        _outputIsPlain = noColor || dumb || Console.IsOutputRedirected;
        _errorIsPlain = noColor || dumb || Console.IsErrorRedirected;
        NoColor = noColor;
        ShowsProgress = !dumb && !Console.IsOutputRedirected;
        CanEdit = !dumb && !Console.IsInputRedirected && !Console.IsOutputRedirected;
        SupportsEscapes = !_outputIsPlain;
    }

    /// <summary>True where output may carry escape sequences.</summary>
    public bool SupportsEscapes { get; }

    /// <summary>True where the user asked for no colour at all.</summary>
    public bool NoColor { get; }

    /// <summary>True where a line can be rewritten in place.</summary>
    public bool ShowsProgress { get; }

    /// <summary>True where keys can be read one by one.</summary>
    public bool CanEdit { get; }

    /// <summary>Columns; where output is not a terminal, COLUMNS or 120.</summary>
    public static int Width
    {
        get
        {
            if (!Console.IsOutputRedirected && Console.WindowWidth is > 0 and var width)
            {
                return width;
            }

            return int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), out var columns) && columns is >= 20 and <= 1000 ? columns : RedirectedWidth;
        }
    }

    /// <summary>Rows; where output is not a terminal, 50.</summary>
    public static int Height => !Console.IsOutputRedirected && Console.WindowHeight is > 0 and var height ? height : 50;

    /// <summary>Writes to standard output.</summary>
    public void Write(string text)
    {
        lock (_gate)
        {
            EraseProgress();
            _output.Write(Render(text, _outputIsPlain));
        }
    }

    /// <summary>Writes to the terminal as it stands, cursor movements included.</summary>
    public void WriteRaw(string text)
    {
        lock (_gate)
        {
            EraseProgress();
            _output.Write(text);
        }
    }

    /// <summary>Writes a line to standard output.</summary>
    public void WriteLine(string text) => Write(text + Environment.NewLine);

    /// <summary>Writes a line to standard output, in a style that ends with it.</summary>
    public void WriteLine(string style, string text) => Write(_outputIsPlain ? text + Environment.NewLine : style + text + PSStyle.Instance.Reset + Environment.NewLine);

    /// <summary>Writes to standard error.</summary>
    public void WriteError(string text)
    {
        lock (_gate)
        {
            EraseProgress();
            _error.Write(Render(text, _errorIsPlain));
        }
    }

    /// <summary>Writes a line to standard error, in a style that ends with it.</summary>
    public void WriteErrorLine(string style, string text) =>
        WriteError(_errorIsPlain ? text + Environment.NewLine : style + text + PSStyle.Instance.Reset + Environment.NewLine);

    /// <summary>Shows one line of progress in place; null takes it away.</summary>
    public void ShowProgress(string? text)
    {
        if (!ShowsProgress)
        {
            return;
        }

        lock (_gate)
        {
            EraseProgress();
            if (text is null)
            {
                return;
            }

            var width = Math.Max(1, Width - 1);
            var line = text.Length > width ? text[..width] : text;
            _output.Write(line);
            _progressLength = line.Length;
        }
    }

    private string Render(string text, bool plain)
    {
        if (!text.Contains('\x1b', StringComparison.Ordinal))
        {
            return text;
        }

        return NoColor ? new StringDecorated(text).ToString(OutputRendering.PlainText) : PSHostUserInterface.GetOutputString(text, !plain);
    }

    private void EraseProgress()
    {
        if (_progressLength > 0)
        {
            _output.Write("\r" + new string(' ', _progressLength) + "\r");
            _progressLength = 0;
        }
    }
}
