using System.Management.Automation.Language;

namespace PacketPath.Shell;

/// <summary>Reads commands from the terminal and runs them, one after another.</summary>
internal sealed class InteractivePrompt(ShellSession session, Terminal terminal)
{
    private const string Continuation = ">> ";

    private readonly LineEditor? _editor = terminal.CanEdit ? new LineEditor(terminal, session.Complete) : null;

    /// <summary>Runs until <c>exit</c> or the end of input, and returns the exit code.</summary>
    public int Run(bool noLogo)
    {
        if (!noLogo)
        {
            terminal.WriteLine(Usage.Version);
        }

        Loop(() => session.ExitCode is not null);
        return session.ExitCode ?? ExitCodes.Success;
    }

    /// <summary>Runs inside a running pipeline, until <c>exit</c>.</summary>
    public void RunNested() => Loop(() => session.LeaveNested || session.ExitCode is not null);

    private void Loop(Func<bool> ended)
    {
        while (!ended())
        {
            var prompt = session.Evaluate("prompt") as string is { Length: > 0 } text ? text : "PS> ";
            var (line, end) = ReadCommand(prompt);
            switch (end)
            {
                case LineEnd.EndOfInput:
                    return;
                case LineEnd.Entered when !string.IsNullOrWhiteSpace(line):
                    session.Execute(shell => shell.AddScript(line));
                    session.ForgetSignal();
                    break;
            }
        }
    }

    private (string Line, LineEnd End) ReadCommand(string prompt)
    {
        var command = "";
        while (true)
        {
            var (line, end) = ReadLine(command.Length == 0 ? prompt : Continuation);
            if (end != LineEnd.Entered)
            {
                return ("", end);
            }

            command = command.Length == 0 ? line : command + "\n" + line;
            // An empty line ends an unfinished command: the engine then says what is missing.
            if (line.Length == 0 || !IsUnfinished(command))
            {
                return (command, LineEnd.Entered);
            }
        }
    }

    private static bool IsUnfinished(string command)
    {
        Parser.ParseInput(command, out _, out var errors);
        return errors.Any(static error => error.IncompleteInput);
    }

    private (string Line, LineEnd End) ReadLine(string prompt)
    {
        if (_editor is not null)
        {
            return _editor.Read(prompt);
        }

        terminal.Write(prompt);
        return Console.In.ReadLine() is { } line ? (line, LineEnd.Entered) : ("", LineEnd.EndOfInput);
    }
}
