using System.Runtime.InteropServices;

namespace PacketPath.Interop;

/// <summary>setns(2).</summary>
internal static partial class Netns
{
    /// <summary>CLONE_NEWNET (linux/sched.h).</summary>
    public const int CloneNewNet = 0x40000000;

    /// <summary>Moves the calling thread into a network namespace. The thread must be dedicated to it and end there.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static void Enter(FileDescriptor networkNamespace)
    {
        if (SetNs(networkNamespace, CloneNewNet) != 0)
        {
            throw new LinuxException(Marshal.GetLastPInvokeError(), "setns");
        }
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNs(FileDescriptor file, int type);
}
