using System.Runtime.InteropServices;

namespace PacketPath.Interop;

/// <summary>eventfd(2): lets one thread wake another that waits in epoll.</summary>
internal sealed partial class EventDescriptor : IDisposable
{
    /// <summary>EFD_CLOEXEC | EFD_NONBLOCK.</summary>
    private const int CloseOnExecNonBlocking = 0x80000 | 0x800;

    /// <summary>Opens an event counter at zero.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public EventDescriptor()
    {
        Descriptor = Create(0, CloseOnExecNonBlocking);
        if (Descriptor.IsInvalid)
        {
            throw new LinuxException(Marshal.GetLastPInvokeError(), "eventfd");
        }
    }

    /// <summary>The descriptor to watch: readable after <see cref="Signal"/>.</summary>
    public FileDescriptor Descriptor { get; }

    /// <summary>Wakes whoever waits. Harmless after disposal.</summary>
    public unsafe void Signal()
    {
        try
        {
            ulong one = 1;
            _ = Write(Descriptor, &one, sizeof(ulong));
        }
        catch (ObjectDisposedException)
        {
        }
    }

    /// <summary>Takes the signals there are.</summary>
    public unsafe void Reset()
    {
        ulong value;
        _ = Read(Descriptor, &value, sizeof(ulong));
    }

    /// <inheritdoc/>
    public void Dispose() => Descriptor.Dispose();

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial FileDescriptor Create(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static unsafe partial nint Write(FileDescriptor descriptor, void* data, nuint length);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static unsafe partial nint Read(FileDescriptor descriptor, void* data, nuint length);
}
