namespace PacketPath.Capture;

/// <summary>A live or recorded stream of packets. Opened inside the namespace it observes; run once, by the one thread that calls <see cref="Run"/>; counted and disposed from any.</summary>
public interface IPacketSource : IDisposable
{
    /// <summary>The link type of every packet (LINKTYPE_*).</summary>
    CaptureLinkType LinkType { get; }

    /// <summary>
    /// Delivers packets until <paramref name="stop"/> is cancelled (within 5 ms) or, for a file, its end.
    /// What the kernel had already buffered when the stop came is still delivered, as far as those 5 ms allow.
    /// </summary>
    /// <exception cref="CaptureException">The interface went away, or the file is damaged.</exception>
    /// <param name="handler">Called for each packet, on the calling thread; the span is valid only during the call.</param>
    /// <param name="stop">Ends the run.</param>
    void Run(PacketHandler handler, CancellationToken stop);

    /// <summary>The counts so far, as libpcap keeps them (pcap_stats).</summary>
    CaptureCounts GetCounts();
}

/// <summary>Receives one packet.</summary>
/// <param name="packet">The packet; its data may not be kept.</param>
public delegate void PacketHandler(in CapturedPacket packet);

/// <summary>One captured packet, valid during the callback.</summary>
public readonly ref struct CapturedPacket
{
    /// <summary>The captured bytes, from the link header on.</summary>
    public ReadOnlySpan<byte> Data { get; init; }

    /// <summary>The packet's length on the wire.</summary>
    public int OriginalLength { get; init; }

    /// <summary>Nanoseconds since 1970-01-01 UTC.</summary>
    public long TimestampNanoseconds { get; init; }

    /// <summary>The link type of <see cref="Data"/>.</summary>
    public CaptureLinkType LinkType { get; init; }
}

/// <summary>The link types decoded, numbered as LINKTYPE_*.</summary>
public enum CaptureLinkType
{
    /// <summary>BSD loopback.</summary>
    Null = 0,

    /// <summary>Ethernet.</summary>
    Ethernet = 1,

    /// <summary>Raw IP.</summary>
    Raw = 101,

    /// <summary>Linux cooked capture version 1.</summary>
    LinuxSll = 113,

    /// <summary>Raw IPv4.</summary>
    Ipv4 = 228,

    /// <summary>Raw IPv6.</summary>
    Ipv6 = 229,

    /// <summary>Linux cooked capture version 2: carries interface index and direction.</summary>
    LinuxSll2 = 276,
}

/// <summary>What a capture counted.</summary>
/// <param name="Received">Packets that passed the filter, the dropped ones among them. A ring counts loopback packets twice and delivers them once.</param>
/// <param name="Dropped">Packets lost for lack of buffer.</param>
/// <param name="InterfaceDropped">Packets lost by the interface.</param>
public readonly record struct CaptureCounts(long Received, long Dropped, long InterfaceDropped);

/// <summary>What to capture.</summary>
public sealed record CaptureOptions
{
    /// <summary>The interface's name; <c>any</c> for all of them (as cooked capture version 2).</summary>
    public string InterfaceName { get; init; } = "any";

    /// <summary>A BPF filter expression (pcap-filter(7)); empty for everything.</summary>
    public string Filter { get; init; } = "";

    /// <summary>Bytes kept of each packet, 64 to 2048: longer slots would lose packets at high rates.</summary>
    public int SnapshotLength { get; init; } = 256;

    /// <summary>Which packets to keep, by the way they cross the interface. Loopback traffic counts as incoming.</summary>
    public CaptureDirection Direction { get; init; }

    /// <summary>The kernel buffer, in bytes.</summary>
    public int BufferBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>
    /// True to open in well under a millisecond, where a ring takes tens: through a plain packet socket, always as cooked
    /// capture version 2, never promiscuous. It holds fewer packets, so give it a filter that lets little through.
    /// </summary>
    public bool QuickOpen { get; init; }

    /// <summary>True to see packets addressed to others.</summary>
    public bool Promiscuous { get; init; }
}

/// <summary>The way a packet crosses the interface, numbered as PCAP_D_*.</summary>
public enum CaptureDirection
{
    /// <summary>Both ways.</summary>
    Both = 0,

    /// <summary>Into this host.</summary>
    Incoming = 1,

    /// <summary>Out of this host.</summary>
    Outgoing = 2,
}

/// <summary>Opens packet sources. Implemented by PacketPath.Capture, which is loaded in a load context of its own.</summary>
public interface IPacketSourceFactory
{
    /// <summary>Opens a live capture in the calling thread's network namespace.</summary>
    /// <exception cref="CaptureException">libpcap is missing, the capability is missing, the filter is wrong, the interface is unknown.</exception>
    IPacketSource OpenLive(CaptureOptions options);

    /// <summary>Opens a pcap or pcapng file.</summary>
    /// <exception cref="CaptureException">The file cannot be read.</exception>
    IPacketSource OpenFile(string path, string filter);

    /// <summary>Compiles a filter without opening anything; null where it is right, else libpcap's own words.</summary>
    string? ValidateFilter(string filter, CaptureLinkType linkType);
}

/// <summary>Why a capture could not be had.</summary>
public enum CaptureFailureReason
{
    /// <summary>libpcap is not installed.</summary>
    LibraryMissing,

    /// <summary>CAP_NET_RAW is missing.</summary>
    PermissionDenied,

    /// <summary>The interface is not there.</summary>
    InterfaceNotFound,

    /// <summary>The filter does not compile.</summary>
    InvalidFilter,

    /// <summary>The file cannot be read.</summary>
    InvalidFile,

    /// <summary>Something else: see the message.</summary>
    Other,
}

/// <summary>A capture could not be had.</summary>
public sealed class CaptureException : Exception
{
    /// <summary>Creates the exception.</summary>
    public CaptureException(CaptureFailureReason reason, string message, string remedy, Exception? inner = null)
        : base(message, inner)
    {
        Reason = reason;
        Remedy = remedy;
    }

    /// <summary>Why.</summary>
    public CaptureFailureReason Reason { get; }

    /// <summary>What makes it work.</summary>
    public string Remedy { get; }
}
