namespace PacketPath.Shell;

/// <summary>The exit codes that are not a script's own, as pwsh and POSIX shells give them.</summary>
internal static class ExitCodes
{
    /// <summary>All went well.</summary>
    public const int Success = 0;

    /// <summary>The command failed, or an error ended it.</summary>
    public const int Failure = 1;

    /// <summary>The command line is wrong (sysexits EX_USAGE).</summary>
    public const int BadCommandLine = 64;

    /// <summary>The code of a process that a signal ended.</summary>
    public static int FromSignal(int signal) => 128 + signal;
}
