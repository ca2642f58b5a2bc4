using System.Management.Automation;
using System.Management.Automation.Internal;
using System.Text;

namespace PacketPath.Shell;

/// <summary>How a line of input ended.</summary>
internal enum LineEnd
{
    /// <summary>Enter was pressed.</summary>
    Entered,

    /// <summary>Ctrl-C was pressed.</summary>
    Cancelled,

    /// <summary>Ctrl-D was pressed on an empty line, or the input ended.</summary>
    EndOfInput,
}

/// <summary>Reads one line from the terminal with editing, history and completion.</summary>
internal sealed class LineEditor(Terminal terminal, Func<string, int, CommandCompletion> complete)
{
    private readonly List<string> _history = [];
    private readonly StringBuilder _text = new();
    private string _prompt = "";
    private string _draft = "";
    private int _promptCells;
    private int _cursor;
    private int _cursorRow;
    private int _historyIndex;
    private CommandCompletion? _completion;
    private int _completionLength;

    /// <summary>Reads one line.</summary>
    public (string Line, LineEnd End) Read(string prompt)
    {
        var lastLine = prompt[(prompt.LastIndexOf('\n') + 1)..];
        _prompt = prompt;
        _promptCells = new StringDecorated(lastLine).ContentLength;
        _text.Clear();
        _cursor = 0;
        _cursorRow = 0;
        _historyIndex = _history.Count;
        _completion = null;
        terminal.Write(_prompt[..^lastLine.Length]);
        _prompt = lastLine;
        Console.TreatControlCAsInput = true;
        try
        {
            Draw();
            while (true)
            {
                var key = Console.ReadKey(intercept: true);
                if (Apply(key) is { } end)
                {
                    return Finish(end);
                }

                Draw();
            }
        }
        finally
        {
            Console.TreatControlCAsInput = false;
        }
    }

    private (string Line, LineEnd End) Finish(LineEnd end)
    {
        _cursor = _text.Length;
        Draw();
        terminal.Write(end == LineEnd.Cancelled ? "^C" + Environment.NewLine : Environment.NewLine);
        var line = _text.ToString();
        if (end == LineEnd.Entered && line.Length > 0 && (_history.Count == 0 || _history[^1] != line))
        {
            _history.Add(line);
        }

        return (end == LineEnd.Entered ? line : "", end);
    }

    private LineEnd? Apply(ConsoleKeyInfo key)
    {
        if (key.Key != ConsoleKey.Tab)
        {
            _completion = null;
        }

        if (key.Modifiers.HasFlag(ConsoleModifiers.Control))
        {
            return ApplyControl(key.Key);
        }

        switch (key.Key)
        {
            case ConsoleKey.Enter:
                return LineEnd.Entered;
            case ConsoleKey.Tab:
                Complete(key.Modifiers.HasFlag(ConsoleModifiers.Shift));
                break;
            case ConsoleKey.Backspace when _cursor > 0:
                _text.Remove(--_cursor, 1);
                break;
            case ConsoleKey.Delete when _cursor < _text.Length:
                _text.Remove(_cursor, 1);
                break;
            case ConsoleKey.LeftArrow:
                _cursor = Math.Max(0, _cursor - 1);
                break;
            case ConsoleKey.RightArrow:
                _cursor = Math.Min(_text.Length, _cursor + 1);
                break;
            case ConsoleKey.Home:
                _cursor = 0;
                break;
            case ConsoleKey.End:
                _cursor = _text.Length;
                break;
            case ConsoleKey.UpArrow:
                Recall(_historyIndex - 1);
                break;
            case ConsoleKey.DownArrow:
                Recall(_historyIndex + 1);
                break;
            case ConsoleKey.Escape:
                Replace("");
                break;
            default:
                if (!char.IsControl(key.KeyChar))
                {
                    _text.Insert(_cursor++, key.KeyChar);
                }

                break;
        }

        return null;
    }

    private LineEnd? ApplyControl(ConsoleKey key)
    {
        switch (key)
        {
            case ConsoleKey.C:
                return LineEnd.Cancelled;
            case ConsoleKey.D when _text.Length == 0:
                return LineEnd.EndOfInput;
            case ConsoleKey.D when _cursor < _text.Length:
                _text.Remove(_cursor, 1);
                break;
            case ConsoleKey.A:
                _cursor = 0;
                break;
            case ConsoleKey.E:
                _cursor = _text.Length;
                break;
            case ConsoleKey.U:
                _text.Remove(0, _cursor);
                _cursor = 0;
                break;
            case ConsoleKey.K:
                _text.Length = _cursor;
                break;
            case ConsoleKey.W:
                var start = WordStart();
                _text.Remove(start, _cursor - start);
                _cursor = start;
                break;
            case ConsoleKey.L:
                terminal.WriteRaw("\x1b[2J\x1b[H");
                _cursorRow = 0;
                break;
            case ConsoleKey.LeftArrow:
                _cursor = WordStart();
                break;
            case ConsoleKey.RightArrow:
                while (_cursor < _text.Length && _text[_cursor] == ' ')
                {
                    _cursor++;
                }

                while (_cursor < _text.Length && _text[_cursor] != ' ')
                {
                    _cursor++;
                }

                break;
        }

        return null;
    }

    private int WordStart()
    {
        var start = _cursor;
        while (start > 0 && _text[start - 1] == ' ')
        {
            start--;
        }

        while (start > 0 && _text[start - 1] != ' ')
        {
            start--;
        }

        return start;
    }

    private void Recall(int index)
    {
        if (index < 0 || index > _history.Count || index == _historyIndex)
        {
            return;
        }

        if (_historyIndex == _history.Count)
        {
            _draft = _text.ToString();
        }

        _historyIndex = index;
        Replace(index == _history.Count ? _draft : _history[index]);
    }

    private void Replace(string text)
    {
        _text.Clear().Append(text);
        _cursor = text.Length;
    }

    private void Complete(bool backwards)
    {
        if (_completion is null)
        {
            var found = complete(_text.ToString(), _cursor);
            if (found.CompletionMatches.Count == 0)
            {
                return;
            }

            _completion = found;
            _completionLength = found.ReplacementLength;
        }

        if (_completion.GetNextResult(!backwards) is not { } result)
        {
            return;
        }

        _text.Remove(_completion.ReplacementIndex, _completionLength).Insert(_completion.ReplacementIndex, result.CompletionText);
        _completionLength = result.CompletionText.Length;
        _cursor = _completion.ReplacementIndex + _completionLength;
    }

    /// <summary>Rewrites the prompt and the text, which may cover several rows, and puts the cursor where it belongs.</summary>
    private void Draw()
    {
        var width = Terminal.Width;
        var frame = new StringBuilder();
        if (_cursorRow > 0)
        {
            frame.Append($"\x1b[{_cursorRow}A");
        }

        frame.Append('\r').Append(_prompt).Append(_text).Append("\x1b[J");
        var end = _promptCells + _text.Length;
        if (end > 0 && end % width == 0)
        {
            // A full row leaves the cursor on its last cell: move it to where the next character goes.
            frame.Append("\r\n");
        }

        var target = _promptCells + _cursor;
        _cursorRow = target / width;
        if (end / width > _cursorRow)
        {
            frame.Append($"\x1b[{(end / width) - _cursorRow}A");
        }

        frame.Append($"\x1b[{(target % width) + 1}G");
        terminal.WriteRaw(frame.ToString());
    }
}
