using System.Reflection;
using System.Runtime.InteropServices;
using SharpPcap.LibPcap;

namespace PacketPath.Capture.Interop;

/// <summary>The libpcap calls that SharpPcap keeps to itself, binds wrongly for Linux, or lacks.</summary>
internal static unsafe partial class PcapNative
{
    internal const int PrecisionNanoseconds = 1;
    internal const int ErrorBufferSize = 256;
    internal const int ErrorBreak = -2;
    internal const int ErrorNoSuchDevice = -5;
    internal const int ErrorPermissionDenied = -8;
    internal const int ErrorInterfaceDown = -9;
    internal const int ErrorPromiscuousPermissionDenied = -11;

    // The import name SharpPcap uses, so that a missing library shows alike from both.
    private const string Library = "wpcap";

    private static readonly string[] FileNames = ["libpcap.so", "libpcap.so.0", "libpcap.so.0.8", "libpcap.so.1"];

    static PcapNative() => NativeLibrary.SetDllImportResolver(typeof(PcapNative).Assembly, Resolve);

    [LibraryImport(Library, EntryPoint = "pcap_create", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial PcapHandle Create(string device, byte* errorBuffer);

    [LibraryImport(Library, EntryPoint = "pcap_set_snaplen")]
    internal static partial int SetSnapshotLength(PcapHandle handle, int value);

    [LibraryImport(Library, EntryPoint = "pcap_set_promisc")]
    internal static partial int SetPromiscuous(PcapHandle handle, int value);

    [LibraryImport(Library, EntryPoint = "pcap_set_immediate_mode")]
    internal static partial int SetImmediateMode(PcapHandle handle, int value);

    [LibraryImport(Library, EntryPoint = "pcap_set_buffer_size")]
    internal static partial int SetBufferSize(PcapHandle handle, int value);

    [LibraryImport(Library, EntryPoint = "pcap_set_tstamp_precision")]
    internal static partial int SetTimestampPrecision(PcapHandle handle, int value);

    [LibraryImport(Library, EntryPoint = "pcap_get_tstamp_precision")]
    internal static partial int GetTimestampPrecision(PcapHandle handle);

    [LibraryImport(Library, EntryPoint = "pcap_activate")]
    internal static partial int Activate(PcapHandle handle);

    [LibraryImport(Library, EntryPoint = "pcap_open_dead")]
    internal static partial PcapHandle OpenDead(int dataLink, int snapshotLength);

    [LibraryImport(Library, EntryPoint = "pcap_datalink")]
    internal static partial int GetDataLink(PcapHandle handle);

    [LibraryImport(Library, EntryPoint = "pcap_set_datalink")]
    internal static partial int SetDataLink(PcapHandle handle, int dataLink);

    [LibraryImport(Library, EntryPoint = "pcap_setdirection")]
    internal static partial int SetDirection(PcapHandle handle, int direction);

    [LibraryImport(Library, EntryPoint = "pcap_setnonblock")]
    internal static partial int SetNonBlocking(PcapHandle handle, int value, byte* errorBuffer);

    [LibraryImport(Library, EntryPoint = "pcap_setfilter")]
    internal static partial int SetFilter(PcapHandle handle, BpfProgram program);

    [LibraryImport(Library, EntryPoint = "pcap_get_selectable_fd")]
    internal static partial int GetSelectableDescriptor(PcapHandle handle);

    [LibraryImport(Library, EntryPoint = "pcap_next_ex")]
    internal static partial int NextPacket(nint handle, out PacketHeader* header, out byte* data);

    [LibraryImport(Library, EntryPoint = "pcap_stats")]
    internal static partial int GetStatistics(PcapHandle handle, out Statistics statistics);

    [LibraryImport(Library, EntryPoint = "pcap_geterr")]
    private static partial byte* GetErrorText(PcapHandle handle);

    /// <summary>libpcap's own words for the last error on this handle.</summary>
    internal static string GetError(PcapHandle handle) => ReadText(GetErrorText(handle));

    /// <summary>Reads a null-terminated text.</summary>
    internal static string ReadText(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name == Library)
        {
            foreach (string file in FileNames)
            {
                if (NativeLibrary.TryLoad(file, out nint handle))
                {
                    return handle;
                }
            }
        }

        return 0;
    }

    /// <summary>struct pcap_pkthdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PacketHeader
    {
        internal nint Seconds;
        internal nint Fraction;
        internal uint CapturedLength;
        internal uint Length;
    }

    /// <summary>struct pcap_stat, as libpcap lays it out everywhere but on Windows.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Statistics
    {
        internal uint Received;
        internal uint Dropped;
        internal uint InterfaceDropped;
    }
}
