using System.Runtime.InteropServices;

namespace PacketPath.Interop;

/// <summary>What identifies a file: its device and inode (statx(2)).</summary>
internal readonly partial record struct FileStatus(uint DeviceMajor, uint DeviceMinor, ulong Inode)
{
    /// <summary>sizeof(struct statx).</summary>
    public const int StatxSize = 256;

    /// <summary>offsetof(struct statx, stx_ino).</summary>
    public const int InodeOffset = 32;

    /// <summary>offsetof(struct statx, stx_dev_major).</summary>
    public const int DeviceOffset = 136;

    /// <summary>AT_EMPTY_PATH.</summary>
    private const int EmptyPath = 0x1000;

    /// <summary>AT_FDCWD.</summary>
    private const int CurrentDirectory = -100;

    /// <summary>STATX_INO.</summary>
    private const uint WantInode = 0x100;

    /// <summary>Of an open file.</summary>
    /// <exception cref="LinuxException">The call failed.</exception>
    public static FileStatus Of(FileDescriptor file)
    {
        Span<byte> data = stackalloc byte[StatxSize];
        return Statx(file, "", EmptyPath, WantInode, ref MemoryMarshal.GetReference(data)) == 0
            ? Read(data)
            : throw new LinuxException(Marshal.GetLastPInvokeError(), "statx");
    }

    /// <summary>Of a path; null where it cannot be told.</summary>
    public static FileStatus? Of(string path)
    {
        Span<byte> data = stackalloc byte[StatxSize];
        return Statx(CurrentDirectory, path, 0, WantInode, ref MemoryMarshal.GetReference(data)) == 0 ? Read(data) : null;
    }

    private static FileStatus Read(ReadOnlySpan<byte> data) => new(
        MemoryMarshal.Read<uint>(data[DeviceOffset..]),
        MemoryMarshal.Read<uint>(data[(DeviceOffset + 4)..]),
        MemoryMarshal.Read<ulong>(data[InodeOffset..]));

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(FileDescriptor directory, string path, int flags, uint mask, ref byte result);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, ref byte result);
}
