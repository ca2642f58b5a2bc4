using System.Runtime.InteropServices;

namespace PacketPath.Interop;

/// <summary>open(2), readlink(2) and the ioctl that tells a namespace's type.</summary>
internal static partial class Files
{
    /// <summary>O_RDONLY | O_NONBLOCK | O_CLOEXEC: a pipe of the user's must not hold the thread.</summary>
    private const int ReadOnlyNonBlockingCloseOnExec = 0x80000 | 0x800;

    /// <summary>NS_GET_NSTYPE (linux/nsfs.h).</summary>
    private const nuint NamespaceGetType = 0xb703;

    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="LinuxException">It cannot be opened.</exception>
    public static FileDescriptor OpenForReading(string path)
    {
        while (true)
        {
            var file = Open(path, ReadOnlyNonBlockingCloseOnExec);
            if (!file.IsInvalid)
            {
                return file;
            }

            var errno = Marshal.GetLastPInvokeError();
            file.Dispose();
            if (errno != Errno.EINTR)
            {
                throw new LinuxException(errno, "open", path);
            }
        }
    }

    /// <summary>Where a symbolic link points, unchanged; null where it cannot be read.</summary>
    public static unsafe string? ReadLink(string path)
    {
        Span<byte> buffer = stackalloc byte[256];
        fixed (byte* pointer = buffer)
        {
            var length = ReadLink(path, pointer, (nuint)buffer.Length);
            return length <= 0 || length == buffer.Length ? null : System.Text.Encoding.UTF8.GetString(buffer[..(int)length]);
        }
    }

    /// <summary>The CLONE_NEW* number of an open namespace; -1 where the file is no namespace.</summary>
    public static int NamespaceType(FileDescriptor file) => Ioctl(file, NamespaceGetType);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial FileDescriptor Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "readlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial nint ReadLink(string path, byte* buffer, nuint size);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Ioctl(FileDescriptor file, nuint request);
}
