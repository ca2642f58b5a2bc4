using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;

namespace PacketPath.Shell;

/// <summary>One runspace with a console around it.</summary>
internal sealed class ShellSession : IDisposable
{
    private readonly Terminal _terminal;
    private readonly ConsoleUserInterface _ui;
    private readonly ConsoleHost _host;
    private readonly Runspace _runspace;
    private readonly StopSignals _signals = new();

    /// <summary>Opens the runspace.</summary>
    public ShellSession(Terminal terminal, bool nonInteractive)
    {
        _terminal = terminal;
        _ui = new ConsoleUserInterface(terminal, nonInteractive);
        _host = new ConsoleHost(_ui, () => NewPrompt().RunNested());
        var state = InitialSessionState.CreateDefault2();
        state.ThreadOptions = PSThreadOptions.UseCurrentThread;
        _runspace = RunspaceFactory.CreateRunspace(_host, state);
        _runspace.Open();
        Runspace.DefaultRunspace = _runspace;
        if (terminal.NoColor)
        {
            PSStyle.Instance.OutputRendering = OutputRendering.PlainText;
        }
    }

    /// <summary>The exit code a script asked for; null where none did.</summary>
    public int? ExitCode => _host.ExitCode;

    /// <summary>True once a nested prompt is to end.</summary>
    public bool LeaveNested => _host.LeaveNested;

    /// <summary>Does what the command line asks and returns the exit code.</summary>
    public int Run(ShellArguments arguments)
    {
        int code;
        switch (arguments.Mode)
        {
            case ShellMode.Command:
                code = RunText(arguments.Command, arguments.Arguments, readInput: true);
                break;
            case ShellMode.StandardInput:
                code = RunText(Console.In.ReadToEnd(), [], readInput: false);
                break;
            case ShellMode.File:
                code = RunFile(Path.GetFullPath(arguments.File), arguments.Arguments);
                break;
            default:
                if (Console.IsInputRedirected)
                {
                    return RunText(Console.In.ReadToEnd(), [], readInput: false);
                }

                return NewPrompt().Run(arguments.NoLogo);
        }

        return arguments.NoExit && ExitCode is null && _terminal.CanEdit ? NewPrompt().Run(noLogo: true) : code;
    }

    /// <summary>Runs commands, shows what they write, and says whether they ran to their end without an error that ended them.</summary>
    /// <param name="build">Adds the commands.</param>
    /// <param name="input">What <c>$input</c> holds.</param>
    public PipelineEnd Execute(Action<PowerShell> build, IEnumerable? input = null)
    {
        using var shell = NewShell();
        build(shell);
        foreach (var command in shell.Commands.Commands)
        {
            command.MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        }

        shell.AddCommand("Out-Default");
        using var stop = _signals.Watch(shell);
        try
        {
            // Only a pipeline that goes into the history leaves its `$?` behind.
            shell.Invoke(input, new PSInvocationSettings { AddToHistory = true });
            return stop.Signal is null ? PipelineEnd.Completed : PipelineEnd.Stopped;
        }
        catch (PipelineStoppedException)
        {
            return PipelineEnd.Stopped;
        }
        catch (RuntimeException exception)
        {
            if (stop.Signal is not null)
            {
                return PipelineEnd.Stopped;
            }

            Report(exception);
            return PipelineEnd.Failed;
        }
        finally
        {
            _ui.EndProgress();
        }
    }

    /// <summary>Forgets a signal that stopped a command at the prompt.</summary>
    public void ForgetSignal() => _signals.Forget();

    /// <summary>Evaluates an expression out of the user's sight.</summary>
    public object? Evaluate(string expression)
    {
        using var shell = NewShell();
        try
        {
            return shell.AddScript(expression).Invoke().FirstOrDefault()?.BaseObject;
        }
        catch (RuntimeException)
        {
            return null;
        }
    }

    /// <summary>Completes a command line through the engine.</summary>
    public CommandCompletion Complete(string text, int cursor)
    {
        using var shell = NewShell();
        return CommandCompletion.CompleteInput(text, cursor, new Hashtable(), shell);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _signals.Dispose();
        _runspace.Dispose();
    }

    private static bool WantsInput(ScriptBlockAst script) => script.ProcessBlock is not null
        || script.Find(static node => node is VariableExpressionAst { VariablePath.UserPath: var name } && name.Equals("input", StringComparison.OrdinalIgnoreCase), searchNestedScriptBlocks: false) is not null;

    private static IEnumerable<string> StandardInputLines()
    {
        while (Console.In.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    private InteractivePrompt NewPrompt() => new(this, _terminal);

    private int RunText(string text, string[] arguments, bool readInput)
    {
        var input = readInput && Console.IsInputRedirected && WantsInput(Parser.ParseInput(text, out _, out _)) ? StandardInputLines() : null;
        var end = Execute(
            shell =>
            {
                shell.AddScript(text);
                foreach (var argument in arguments)
                {
                    shell.AddArgument(argument);
                }
            },
            input);
        return CodeOf(end);
    }

    private int RunFile(string path, string[] arguments)
    {
        var end = Execute(
            shell => shell.AddScript(ScriptCall.Text(path, arguments)),
            Console.IsInputRedirected && WantsInput(Parser.ParseFile(path, out _, out _)) ? StandardInputLines() : null);
        return CodeOf(end);
    }

    private int CodeOf(PipelineEnd end)
    {
        if (_signals.Received is { } signal)
        {
            return ExitCodes.FromSignal(signal);
        }

        if (ExitCode is { } asked)
        {
            return asked;
        }

        if (end != PipelineEnd.Completed)
        {
            return ExitCodes.Failure;
        }

        return Evaluate("$global:?") is false ? ExitCodes.Failure : ExitCodes.Success;
    }

    private void Report(RuntimeException exception)
    {
        using var route = _ui.RouteToErrors();
        try
        {
            using var shell = NewShell();
            shell.AddCommand("Out-Default").Invoke(new[] { exception.ErrorRecord });
        }
        catch (RuntimeException)
        {
            _ui.WriteErrorLine(exception.Message);
        }
    }

    /// <summary>A pipeline of its own, or one inside the pipeline that is running.</summary>
    private PowerShell NewShell() => _runspace.RunspaceAvailability == RunspaceAvailability.Available
        ? PowerShell.Create(_runspace)
        : PowerShell.Create(RunspaceMode.CurrentRunspace);
}
