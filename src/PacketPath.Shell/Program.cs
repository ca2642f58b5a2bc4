namespace PacketPath.Shell;

/// <summary>A console host for the PowerShell engine, for machines without pwsh.</summary>
internal static class Program
{
    private static int Main(string[] words)
    {
        // The engine reads this once, when it first loads a module.
        Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");

        var arguments = ShellArguments.Parse(words);
        if (arguments.Problem is not null)
        {
            Console.Error.WriteLine(arguments.Problem);
            return ExitCodes.BadCommandLine;
        }

        switch (arguments.Mode)
        {
            case ShellMode.Help:
                Console.Out.WriteLine(Usage.Text);
                return ExitCodes.Success;
            case ShellMode.Version:
                Console.Out.WriteLine(Usage.Version);
                return ExitCodes.Success;
        }

        if (arguments.WorkingDirectory is { } folder)
        {
            if (!Directory.Exists(folder))
            {
                Console.Error.WriteLine($"There is no folder '{folder}'.");
                return ExitCodes.BadCommandLine;
            }

            Environment.CurrentDirectory = folder;
        }

        if (arguments.Mode == ShellMode.File && !File.Exists(arguments.File))
        {
            Console.Error.WriteLine($"The argument '{arguments.File}' is not the path of a script file.");
            return ExitCodes.BadCommandLine;
        }

        using var session = new ShellSession(new Terminal(), arguments.NonInteractive);
        return session.Run(arguments);
    }
}
