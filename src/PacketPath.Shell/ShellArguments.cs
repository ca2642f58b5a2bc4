namespace PacketPath.Shell;

/// <summary>What the shell is asked to do.</summary>
internal enum ShellMode
{
    /// <summary>Read commands from the terminal.</summary>
    Prompt,

    /// <summary>Run the text given.</summary>
    Command,

    /// <summary>Run the commands on standard input.</summary>
    StandardInput,

    /// <summary>Run a script file.</summary>
    File,

    /// <summary>Print the version.</summary>
    Version,

    /// <summary>Print the usage.</summary>
    Help,
}

/// <summary>The command line, read as pwsh reads its own.</summary>
internal sealed record ShellArguments
{
    /// <summary>What to do.</summary>
    public ShellMode Mode { get; init; }

    /// <summary>The text to run.</summary>
    public string Command { get; init; } = "";

    /// <summary>The script file to run.</summary>
    public string File { get; init; } = "";

    /// <summary>The script's arguments.</summary>
    public string[] Arguments { get; init; } = [];

    /// <summary>True where nobody can answer a question.</summary>
    public bool NonInteractive { get; init; }

    /// <summary>True to stay at the prompt after the command.</summary>
    public bool NoExit { get; init; }

    /// <summary>True to leave the banner out.</summary>
    public bool NoLogo { get; init; }

    /// <summary>The folder to start in; null for the current one.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>What is wrong with the command line; null where nothing is.</summary>
    public string? Problem { get; init; }

    /// <summary>Reads a command line.</summary>
    public static ShellArguments Parse(IReadOnlyList<string> words)
    {
        var result = new ShellArguments();
        for (var i = 0; i < words.Count; i++)
        {
            var word = words[i];
            if (word == "-")
            {
                return result with { Mode = ShellMode.StandardInput };
            }

            if (!IsSwitch(word))
            {
                return result.WithFile(words, i);
            }

            var name = word.TrimStart('-').ToLowerInvariant();
            if (name is "?" || Is(name, "help", 1))
            {
                return result with { Mode = ShellMode.Help };
            }

            if (Is(name, "version", 1))
            {
                return result with { Mode = ShellMode.Version };
            }

            if (Is(name, "command", 1))
            {
                return result.WithCommand(words, i + 1);
            }

            if (name is "cwa" || Is(name, "commandwithargs", 8))
            {
                return i + 1 < words.Count
                    ? result with { Mode = ShellMode.Command, Command = words[i + 1], Arguments = [.. words.Skip(i + 2)] }
                    : result.Missing(word);
            }

            if (Is(name, "file", 1))
            {
                return i + 1 < words.Count ? result.WithFile(words, i + 1) : result.Missing(word);
            }

            if (Is(name, "nologo", 3))
            {
                result = result with { NoLogo = true };
            }
            else if (Is(name, "noexit", 3))
            {
                result = result with { NoExit = true };
            }
            else if (Is(name, "noninteractive", 4))
            {
                result = result with { NonInteractive = true };
            }
            else if (Is(name, "workingdirectory", 1) || name is "wd")
            {
                if (++i >= words.Count)
                {
                    return result.Missing(word);
                }

                result = result with { WorkingDirectory = words[i] };
            }
            else if (name is "ep" || Is(name, "executionpolicy", 2) || Is(name, "outputformat", 1) || Is(name, "inputformat", 3))
            {
                if (++i >= words.Count)
                {
                    return result.Missing(word);
                }
            }
            else if (!Is(name, "noprofile", 3) && !Is(name, "interactive", 1) && !Is(name, "login", 1) && name is not ("mta" or "sta" or "noprofileloadtime"))
            {
                return result with { Problem = $"The parameter '{word}' is not known. Use -Help to see the ones that are." };
            }
        }

        return result;
    }

    private static bool IsSwitch(string word) => word.Length > 1 && word[0] == '-';

    private static bool Is(string name, string full, int shortest) => name.Length >= shortest && full.StartsWith(name, StringComparison.Ordinal);

    private ShellArguments Missing(string word) => this with { Problem = $"The parameter '{word}' needs a value." };

    private ShellArguments WithCommand(IReadOnlyList<string> words, int first)
    {
        if (first >= words.Count)
        {
            return Missing(words[first - 1]);
        }

        return words.Count == first + 1 && words[first] == "-"
            ? this with { Mode = ShellMode.StandardInput }
            : this with { Mode = ShellMode.Command, Command = string.Join(' ', words.Skip(first)) };
    }

    private ShellArguments WithFile(IReadOnlyList<string> words, int first) => words[first] == "-"
        ? this with { Mode = ShellMode.StandardInput }
        : this with { Mode = ShellMode.File, File = words[first], Arguments = [.. words.Skip(first + 1)] };
}
