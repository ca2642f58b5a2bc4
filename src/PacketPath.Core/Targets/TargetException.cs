namespace PacketPath.Targets;

/// <summary>Why a target gives no address.</summary>
public enum TargetProblem
{
    /// <summary>The text is neither an address nor a host name.</summary>
    Malformed,

    /// <summary>The name does not exist.</summary>
    NameNotFound,

    /// <summary>The name exists, but has no address of the family asked.</summary>
    NoAddress,

    /// <summary>The resolver could not ask, or got no answer.</summary>
    ResolverFailed,
}

/// <summary>A target gives no address.</summary>
public sealed class TargetException : Exception
{
    /// <summary>Creates the exception.</summary>
    public TargetException(TargetProblem problem, string target, string message, string advice, Exception? inner = null)
        : base(message, inner)
    {
        Problem = problem;
        Target = target;
        Advice = advice;
    }

    /// <summary>Why.</summary>
    public TargetProblem Problem { get; }

    /// <summary>The user's own text.</summary>
    public string Target { get; }

    /// <summary>What to do about it.</summary>
    public string Advice { get; }
}
