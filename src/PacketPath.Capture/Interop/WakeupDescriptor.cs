using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PacketPath.Capture.Interop;

/// <summary>An eventfd that wakes a poll: once signalled it stays readable.</summary>
internal sealed unsafe partial class WakeupDescriptor : SafeHandleMinusOneIsInvalid
{
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;

    public WakeupDescriptor()
        : base(ownsHandle: true)
    {
    }

    /// <summary>Creates one.</summary>
    internal static WakeupDescriptor Open()
    {
        WakeupDescriptor descriptor = EventFd(0, CloseOnExec | NonBlocking);
        return descriptor.IsInvalid
            ? throw new CaptureException(
                CaptureFailureReason.Other,
                $"eventfd failed: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}",
                "Raise the limit on open files (ulimit -n).")
            : descriptor;
    }

    /// <summary>Makes it readable.</summary>
    internal void Signal()
    {
        ulong one = 1;
        _ = Write(this, &one, sizeof(ulong));
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Close((int)handle) == 0;

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial WakeupDescriptor EventFd(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(WakeupDescriptor descriptor, void* data, nint length);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
