namespace PacketPath.Interop;

/// <summary>A system call failed.</summary>
public class LinuxException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="errno">The error number.</param>
    /// <param name="call">The call that failed, for example <c>setns</c>.</param>
    /// <param name="detail">What was being done; null where the call says it all.</param>
    public LinuxException(int errno, string call, string? detail = null)
        : base($"{call}: {Interop.Errno.Describe(errno)} ({Interop.Errno.Name(errno)}){(detail is null ? "" : ": " + detail)}")
    {
        Errno = errno;
        Call = call;
    }

    /// <summary>The error number.</summary>
    public int Errno { get; }

    /// <summary>The error's symbolic name, for example <c>EPERM</c>.</summary>
    public string ErrorName => Interop.Errno.Name(Errno);

    /// <summary>The call that failed.</summary>
    public string Call { get; }
}
