using System.Runtime.InteropServices;

namespace PacketPath.Interop;

/// <summary>unshare(2) of the mounts, and mount(2).</summary>
internal static partial class Mounts
{
    /// <summary>CLONE_NEWNS (linux/sched.h).</summary>
    private const int CloneNewNs = 0x20000;

    /// <summary>MS_BIND (linux/mount.h).</summary>
    private const nuint Bind = 0x1000;

    /// <summary>MS_REC.</summary>
    private const nuint Recursive = 0x4000;

    /// <summary>MS_SLAVE.</summary>
    private const nuint Slave = 0x80000;

    /// <summary>Gives the calling thread mounts of its own, which no other thread or process sees changed. The thread must be dedicated to it and end so.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static void Unshare()
    {
        if (Unshare(CloneNewNs) != 0)
        {
            throw new LinuxException(Marshal.GetLastPInvokeError(), "unshare");
        }

        // What is mounted here must not travel back to where it was taken from.
        if (Mount("none", "/", "none", Slave | Recursive, 0) != 0)
        {
            throw new LinuxException(Marshal.GetLastPInvokeError(), "mount");
        }
    }

    /// <summary>Puts a file in the place of another, for those who share the calling thread's mounts.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static void BindFile(string source, string target)
    {
        if (Mount(source, target, "none", Bind, 0) != 0)
        {
            throw new LinuxException(Marshal.GetLastPInvokeError(), "mount", target);
        }
    }

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string type, nuint flags, nint data);
}
