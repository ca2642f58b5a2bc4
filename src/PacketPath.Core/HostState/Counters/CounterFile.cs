using Microsoft.Win32.SafeHandles;

namespace PacketPath.HostState.Counters;

/// <summary>A file of counters under /proc that is read again and again. It stays with the namespace of the thread that opened it.</summary>
internal sealed class CounterFile : IDisposable
{
    private const int MostBytes = 1 << 20;

    private readonly SafeFileHandle _handle;
    private byte[] _buffer = new byte[8192];

    private CounterFile(SafeFileHandle handle) => _handle = handle;

    /// <summary>Opens a file of the calling thread's namespace; null where this kernel has none.</summary>
    /// <param name="name">Its name under /proc/net.</param>
    public static CounterFile? Open(string name)
    {
        var path = "/proc/thread-self/net/" + name;
        return File.Exists(path) ? new CounterFile(File.OpenHandle(path)) : null;
    }

    /// <summary>The whole file as it is now; valid until the next reading.</summary>
    public ReadOnlySpan<byte> Read()
    {
        var length = 0;
        while (true)
        {
            var count = RandomAccess.Read(_handle, _buffer.AsSpan(length), length);
            length += count;
            if (count == 0 || length >= MostBytes)
            {
                return _buffer.AsSpan(0, length);
            }

            if (length == _buffer.Length)
            {
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
