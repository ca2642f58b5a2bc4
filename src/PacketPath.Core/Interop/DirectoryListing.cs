using System.Runtime.InteropServices;

namespace PacketPath.Interop;

/// <summary>opendir(3), readdir(3) and readlinkat(2): a folder of numbered entries, read without a string for each.</summary>
internal sealed unsafe partial class DirectoryListing : IDisposable
{
    /// <summary>offsetof(struct dirent, d_name), of 64-bit Linux.</summary>
    public const int NameOffset = 19;

    private const int LinkSize = 64;
    private const int NumberSize = 16;

    private readonly int _descriptor;
    private nint _stream;

    private DirectoryListing(nint stream)
    {
        _stream = stream;
        _descriptor = Descriptor(stream);
    }

    /// <summary>The current entry's number.</summary>
    public int Number { get; private set; }

    /// <summary>Opens a folder.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="errno">Why it cannot be opened; 0 where it was.</param>
    /// <returns>The folder, or null.</returns>
    public static DirectoryListing? TryOpen(string path, out int errno)
    {
        var stream = OpenDirectory(path);
        errno = stream == 0 ? Marshal.GetLastPInvokeError() : 0;
        return stream == 0 ? null : new DirectoryListing(stream);
    }

    /// <summary>Goes to the next entry whose name is a number; false at the end.</summary>
    public bool Next()
    {
        while (true)
        {
            var entry = ReadDirectory(_stream);
            if (entry is null)
            {
                return false;
            }

            var number = 0;
            var name = entry + NameOffset;
            var at = name;
            for (; *at is >= (byte)'0' and <= (byte)'9' && number < int.MaxValue / 10; at++)
            {
                number = (number * 10) + (*at - '0');
            }

            if (*at == 0 && at != name)
            {
                Number = number;
                return true;
            }
        }
    }

    /// <summary>The inode of the socket that an entry links to; 0 where it links to something else, or is gone. Other threads may ask too.</summary>
    public uint SocketInode(int number)
    {
        var name = stackalloc byte[NumberSize];
        _ = System.Buffers.Text.Utf8Formatter.TryFormat(number, new Span<byte>(name, NumberSize - 1), out var digits);
        name[digits] = 0;
        var link = stackalloc byte[LinkSize];
        var length = (int)ReadLinkAt(_descriptor, name, link, LinkSize);
        if (length <= 0)
        {
            return 0;
        }

        // socket:[12345]
        var text = new ReadOnlySpan<byte>(link, length);
        return text.StartsWith("socket:["u8) && text[^1] == (byte)']'
            && System.Buffers.Text.Utf8Parser.TryParse(text[8..^1], out uint inode, out var used) && used == text.Length - 9
                ? inode
                : 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_stream != 0)
        {
            _ = CloseDirectory(_stream);
            _stream = 0;
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the folder.</summary>
    ~DirectoryListing() => Dispose();

    [LibraryImport("libc", EntryPoint = "opendir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint OpenDirectory(string path);

    [LibraryImport("libc", EntryPoint = "dirfd")]
    private static partial int Descriptor(nint stream);

    [LibraryImport("libc", EntryPoint = "readdir")]
    private static partial byte* ReadDirectory(nint stream);

    [LibraryImport("libc", EntryPoint = "closedir")]
    private static partial int CloseDirectory(nint stream);

    [LibraryImport("libc", EntryPoint = "readlinkat")]
    private static partial nint ReadLinkAt(int descriptor, byte* name, byte* buffer, nuint size);
}
