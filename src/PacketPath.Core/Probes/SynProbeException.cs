namespace PacketPath.Probes;

/// <summary>A probe could not be made as asked.</summary>
public sealed class SynProbeException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="problem">Which kind of problem.</param>
    /// <param name="message">What happened.</param>
    /// <param name="remedy">What to do about it.</param>
    /// <param name="inner">The cause.</param>
    public SynProbeException(SynProbeProblem problem, string message, string remedy, Exception? inner = null)
        : base(message, inner)
    {
        Problem = problem;
        Remedy = remedy;
    }

    /// <summary>Which kind of problem.</summary>
    public SynProbeProblem Problem { get; }

    /// <summary>What to do about it.</summary>
    public string Remedy { get; }
}

/// <summary>Why a probe could not be made as asked.</summary>
public enum SynProbeProblem
{
    /// <summary>The interface asked is not there.</summary>
    InterfaceNotFound,

    /// <summary>A capability is missing for an option asked.</summary>
    PermissionDenied,

    /// <summary>The kernel has no such address family, or no socket left to give.</summary>
    SocketUnavailable,

    /// <summary>The namespace could not be entered, or the engine failed.</summary>
    EngineFailed,
}
