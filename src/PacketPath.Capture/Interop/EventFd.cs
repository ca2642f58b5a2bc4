using System.Runtime.InteropServices;
using PacketPath.Interop;

namespace PacketPath.Capture.Interop;

/// <summary>eventfd(2): a descriptor that wakes a poll and, once signalled, stays readable.</summary>
internal static unsafe partial class EventFd
{
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;

    /// <summary>Creates one.</summary>
    /// <exception cref="LinuxException">The call failed.</exception>
    internal static FileDescriptor Open()
    {
        FileDescriptor descriptor = Create(0, CloseOnExec | NonBlocking);
        return descriptor.IsInvalid ? throw new LinuxException(Marshal.GetLastPInvokeError(), "eventfd") : descriptor;
    }

    /// <summary>Makes it readable.</summary>
    internal static void Signal(FileDescriptor descriptor)
    {
        ulong one = 1;
        _ = Write(descriptor, &one, sizeof(ulong));
    }

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial FileDescriptor Create(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(FileDescriptor descriptor, void* data, nint length);
}
