using System.Runtime.InteropServices;

namespace PacketPath.Interop;

/// <summary>epoll(7): waits for events on many descriptors, each known by a number of the caller's.</summary>
internal sealed partial class Epoll : IDisposable
{
    /// <summary>EPOLLIN.</summary>
    public const uint Readable = 0x1;

    /// <summary>EPOLLOUT.</summary>
    public const uint Writable = 0x4;

    /// <summary>EPOLL_CLOEXEC.</summary>
    private const int CloseOnExec = 0x80000;
    private const int ControlAdd = 1;
    private const int ControlDelete = 2;

    // struct epoll_event is packed on x86-64 and on no other architecture.
    internal static readonly int DataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    internal static readonly int EventSize = DataOffset + 8;

    private readonly FileDescriptor _epoll;
    private readonly byte[] _events;

    /// <summary>Opens an epoll instance.</summary>
    /// <param name="capacity">How many events one wait takes at most.</param>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public Epoll(int capacity)
    {
        _epoll = Create(CloseOnExec);
        if (_epoll.IsInvalid)
        {
            throw new LinuxException(Marshal.GetLastPInvokeError(), "epoll_create1");
        }

        _events = new byte[capacity * EventSize];
    }

    /// <summary>Watches a descriptor, level-triggered; errors and hang-ups are always reported.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public unsafe void Add(FileDescriptor descriptor, uint events, long id)
    {
        var entry = stackalloc byte[16];
        *(uint*)entry = events;
        *(long*)(entry + DataOffset) = id;
        if (Control(_epoll, ControlAdd, descriptor, entry) != 0)
        {
            throw new LinuxException(Marshal.GetLastPInvokeError(), "epoll_ctl");
        }
    }

    /// <summary>Stops watching a descriptor.</summary>
    public unsafe void Remove(FileDescriptor descriptor)
    {
        var entry = stackalloc byte[16];
        _ = Control(_epoll, ControlDelete, descriptor, entry);
    }

    /// <summary>Waits; fills <paramref name="ids"/> with the numbers of the descriptors that have events and returns how many.</summary>
    /// <exception cref="LinuxException">The call failed.</exception>
    public unsafe int Wait(Span<long> ids, int timeoutMilliseconds)
    {
        fixed (byte* events = _events)
        {
            var count = WaitNative(_epoll, events, Math.Min(ids.Length, _events.Length / EventSize), timeoutMilliseconds);
            if (count < 0)
            {
                var errno = Marshal.GetLastPInvokeError();
                return errno == Errno.EINTR ? 0 : throw new LinuxException(errno, "epoll_wait");
            }

            for (var i = 0; i < count; i++)
            {
                ids[i] = *(long*)(events + (i * EventSize) + DataOffset);
            }

            return count;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _epoll.Dispose();

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial FileDescriptor Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static unsafe partial int Control(FileDescriptor epoll, int operation, FileDescriptor descriptor, byte* entry);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static unsafe partial int WaitNative(FileDescriptor epoll, byte* events, int capacity, int timeout);
}
