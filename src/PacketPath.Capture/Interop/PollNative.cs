using System.Runtime.InteropServices;

namespace PacketPath.Capture.Interop;

/// <summary>poll(2) over two descriptors.</summary>
internal static unsafe partial class PollNative
{
    private const short Readable = 1;

    /// <summary>Waits until either descriptor is readable or broken; an interrupting signal ends the wait too.</summary>
    internal static void Wait(int first, int second)
    {
        PollEntry* entries = stackalloc PollEntry[2];
        entries[0] = new PollEntry { Descriptor = first, Events = Readable };
        entries[1] = new PollEntry { Descriptor = second, Events = Readable };
        _ = Poll(entries, 2, -1);
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(PollEntry* entries, nuint count, int timeoutMilliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        internal int Descriptor;
        internal short Events;
        internal short Returned;
    }
}
