using System.Runtime.InteropServices;

namespace PacketPath.Interop;

/// <summary>An owned file descriptor; closed once, whatever happens.</summary>
internal sealed partial class FileDescriptor : SafeHandle
{
    /// <summary>An empty handle, for the marshaller.</summary>
    public FileDescriptor()
        : base(-1, ownsHandle: true)
    {
    }

    /// <summary>Takes ownership of a descriptor.</summary>
    public FileDescriptor(int descriptor)
        : this() => SetHandle(descriptor);

    private FileDescriptor(bool owns)
        : base(-1, owns)
    {
    }

    /// <summary>A handle on a descriptor that somebody else closes.</summary>
    public static FileDescriptor Borrow(int descriptor)
    {
        var borrowed = new FileDescriptor(owns: false);
        borrowed.SetHandle(descriptor);
        return borrowed;
    }

    /// <summary>True where the call that should have made it answered -1, as a 32-bit number.</summary>
    public override bool IsInvalid => (int)handle == -1;

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Close((int)handle) == 0;

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
