using System.Runtime.InteropServices;

namespace PacketPath.Interop;

/// <summary>poll(2).</summary>
internal static partial class Poll
{
    /// <summary>POLLIN.</summary>
    public const short Readable = 0x1;

    /// <summary>POLLOUT.</summary>
    public const short Writable = 0x4;

    /// <summary>POLLERR.</summary>
    public const short Error = 0x8;

    /// <summary>POLLHUP.</summary>
    public const short HangUp = 0x10;

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Entry
    {
        /// <summary>The descriptor.</summary>
        public int Descriptor;

        /// <summary>The events asked for.</summary>
        public short Events;

        /// <summary>The events that came.</summary>
        public short Returned;
    }

    /// <summary>Waits for events on many descriptors; the number that have some, 0 on timeout or interruption.</summary>
    /// <exception cref="LinuxException">The call failed.</exception>
    public static unsafe int Wait(Span<Entry> entries, int timeoutMilliseconds)
    {
        fixed (Entry* pointer = entries)
        {
            var count = PollNative(pointer, (nuint)entries.Length, timeoutMilliseconds);
            if (count >= 0)
            {
                return count;
            }
        }

        var errno = Marshal.GetLastPInvokeError();
        return errno == Errno.EINTR ? 0 : throw new LinuxException(errno, "poll");
    }

    /// <summary>Waits for events on one handle; the events that came, 0 on timeout or interruption.</summary>
    /// <exception cref="LinuxException">The call failed.</exception>
    public static short Wait(SafeHandle handle, short events, int timeoutMilliseconds)
    {
        var added = false;
        handle.DangerousAddRef(ref added);
        try
        {
            Span<Entry> entry = [new Entry { Descriptor = (int)handle.DangerousGetHandle(), Events = events }];
            return Wait(entry, timeoutMilliseconds) > 0 ? entry[0].Returned : (short)0;
        }
        finally
        {
            handle.DangerousRelease();
        }
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static unsafe partial int PollNative(Entry* entries, nuint count, int timeout);
}
