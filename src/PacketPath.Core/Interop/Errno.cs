namespace PacketPath.Interop;

/// <summary>Error numbers of Linux (asm-generic/errno.h) by name.</summary>
internal static class Errno
{
    public const int EPERM = 1;
    public const int ENOENT = 2;
    public const int ESRCH = 3;
    public const int EINTR = 4;
    public const int EIO = 5;
    public const int ENXIO = 6;
    public const int EBADF = 9;
    public const int EAGAIN = 11;
    public const int ENOMEM = 12;
    public const int EACCES = 13;
    public const int EBUSY = 16;
    public const int EEXIST = 17;
    public const int EXDEV = 18;
    public const int ENODEV = 19;
    public const int EINVAL = 22;
    public const int ENOTTY = 25;
    public const int EPIPE = 32;
    public const int ERANGE = 34;
    public const int EMSGSIZE = 90;
    public const int EPROTONOSUPPORT = 93;
    public const int EOPNOTSUPP = 95;
    public const int EAFNOSUPPORT = 97;
    public const int EADDRINUSE = 98;
    public const int EADDRNOTAVAIL = 99;
    public const int ENETDOWN = 100;
    public const int ENETUNREACH = 101;
    public const int ECONNABORTED = 103;
    public const int ECONNRESET = 104;
    public const int ENOBUFS = 105;
    public const int ENOTCONN = 107;
    public const int ETIMEDOUT = 110;
    public const int ECONNREFUSED = 111;
    public const int EHOSTDOWN = 112;
    public const int EHOSTUNREACH = 113;
    public const int EALREADY = 114;
    public const int EINPROGRESS = 115;

    private static readonly Dictionary<int, (string Name, string Text)> Known = new()
    {
        [EPERM] = ("EPERM", "Operation not permitted"),
        [ENOENT] = ("ENOENT", "No such file or directory"),
        [ESRCH] = ("ESRCH", "No such process"),
        [EINTR] = ("EINTR", "Interrupted system call"),
        [EIO] = ("EIO", "Input/output error"),
        [ENXIO] = ("ENXIO", "No such device or address"),
        [EBADF] = ("EBADF", "Bad file descriptor"),
        [EAGAIN] = ("EAGAIN", "Resource temporarily unavailable"),
        [ENOMEM] = ("ENOMEM", "Cannot allocate memory"),
        [EACCES] = ("EACCES", "Permission denied"),
        [EBUSY] = ("EBUSY", "Device or resource busy"),
        [EEXIST] = ("EEXIST", "File exists"),
        [EXDEV] = ("EXDEV", "Invalid cross-device link"),
        [ENODEV] = ("ENODEV", "No such device"),
        [20] = ("ENOTDIR", "Not a directory"),
        [EINVAL] = ("EINVAL", "Invalid argument"),
        [23] = ("ENFILE", "Too many open files in system"),
        [24] = ("EMFILE", "Too many open files"),
        [ENOTTY] = ("ENOTTY", "Inappropriate ioctl for device"),
        [EPIPE] = ("EPIPE", "Broken pipe"),
        [ERANGE] = ("ERANGE", "Numerical result out of range"),
        [38] = ("ENOSYS", "Function not implemented"),
        [40] = ("ELOOP", "Too many levels of symbolic links"),
        [EMSGSIZE] = ("EMSGSIZE", "Message too long"),
        [92] = ("ENOPROTOOPT", "Protocol not available"),
        [EPROTONOSUPPORT] = ("EPROTONOSUPPORT", "Protocol not supported"),
        [EOPNOTSUPP] = ("EOPNOTSUPP", "Operation not supported"),
        [EAFNOSUPPORT] = ("EAFNOSUPPORT", "Address family not supported by protocol"),
        [EADDRINUSE] = ("EADDRINUSE", "Address already in use"),
        [EADDRNOTAVAIL] = ("EADDRNOTAVAIL", "Cannot assign requested address"),
        [ENETDOWN] = ("ENETDOWN", "Network is down"),
        [ENETUNREACH] = ("ENETUNREACH", "Network is unreachable"),
        [ECONNABORTED] = ("ECONNABORTED", "Software caused connection abort"),
        [ECONNRESET] = ("ECONNRESET", "Connection reset by peer"),
        [ENOBUFS] = ("ENOBUFS", "No buffer space available"),
        [106] = ("EISCONN", "Transport endpoint is already connected"),
        [ENOTCONN] = ("ENOTCONN", "Transport endpoint is not connected"),
        [ETIMEDOUT] = ("ETIMEDOUT", "Connection timed out"),
        [ECONNREFUSED] = ("ECONNREFUSED", "Connection refused"),
        [EHOSTDOWN] = ("EHOSTDOWN", "Host is down"),
        [EHOSTUNREACH] = ("EHOSTUNREACH", "No route to host"),
        [EALREADY] = ("EALREADY", "Operation already in progress"),
        [EINPROGRESS] = ("EINPROGRESS", "Operation now in progress"),
        [71] = ("EPROTO", "Protocol error"),
    };

    /// <summary>The symbolic name, for example <c>ENETUNREACH</c>; <c>errno N</c> where it is not known here.</summary>
    public static string Name(int errno) => Known.TryGetValue(errno, out var known) ? known.Name : $"errno {errno}";

    /// <summary>The error in words.</summary>
    public static string Describe(int errno) => Known.TryGetValue(errno, out var known) ? known.Text : $"error {errno}";
}
