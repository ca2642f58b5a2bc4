namespace PacketPath.HostState;

/// <summary>Why a network namespace cannot be looked into.</summary>
public enum NetNamespaceFailure
{
    /// <summary>There is no such namespace or process.</summary>
    NotFound,

    /// <summary>The path is no network namespace.</summary>
    NotANetworkNamespace,

    /// <summary>A capability is missing.</summary>
    PermissionDenied,

    /// <summary>The kernel refused for another reason; see the message.</summary>
    Failed,
}

/// <summary>A network namespace cannot be looked into.</summary>
public sealed class NetNamespaceException : Exception
{
    /// <summary>Creates the exception.</summary>
    public NetNamespaceException(NetNamespaceFailure reason, string message, string remedy, int errno = 0, Exception? inner = null)
        : base(message, inner)
    {
        Reason = reason;
        Remedy = remedy;
        Errno = errno;
    }

    /// <summary>Why.</summary>
    public NetNamespaceFailure Reason { get; }

    /// <summary>What makes it work.</summary>
    public string Remedy { get; }

    /// <summary>The kernel's error number; 0 where there is none.</summary>
    public int Errno { get; }
}
