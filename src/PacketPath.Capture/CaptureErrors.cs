using PacketPath.Capture.Interop;
using PacketPath.Interop;

namespace PacketPath.Capture;

/// <summary>Turns what libpcap and the loader say into a reason and a remedy.</summary>
internal static class CaptureErrors
{
    /// <summary>libpcap cannot be loaded.</summary>
    internal static CaptureException LibraryMissing(Exception cause) => new(
        CaptureFailureReason.LibraryMissing,
        "libpcap is not installed.",
        "apt install libpcap0.8",
        cause);

    /// <summary>True where the cause is a missing libpcap, also behind a failed type initializer.</summary>
    internal static bool IsLibraryMissing(Exception cause) =>
        cause is DllNotFoundException || (cause is TypeInitializationException { InnerException: { } inner } && IsLibraryMissing(inner));

    /// <summary>The interface is not there, or went away.</summary>
    internal static CaptureException InterfaceNotFound(string name) => new(
        CaptureFailureReason.InterfaceNotFound,
        $"There is no interface '{name}' in this network namespace.",
        "List the interfaces with Get-PacketInterface.");

    /// <summary>The filter does not compile.</summary>
    internal static CaptureException InvalidFilter(string filter, string words) => new(
        CaptureFailureReason.InvalidFilter,
        $"The capture filter '{filter}' is not valid: {words}",
        "See pcap-filter(7) for the syntax.");

    /// <summary>The file cannot be read.</summary>
    internal static CaptureException InvalidFile(string path, string words, Exception? cause = null) => new(
        CaptureFailureReason.InvalidFile,
        $"The capture file '{path}' cannot be read: {words}",
        "Give a pcap or pcapng file with one link type.",
        cause);

    /// <summary>pcap_activate failed.</summary>
    internal static CaptureException Activation(string name, int code, string words) => code switch
    {
        PcapNative.ErrorPermissionDenied or PcapNative.ErrorPromiscuousPermissionDenied => PermissionDenied(null),
        PcapNative.ErrorNoSuchDevice => InterfaceNotFound(name),
        PcapNative.ErrorInterfaceDown => new CaptureException(
            CaptureFailureReason.Other,
            $"The interface '{name}' is down.",
            $"Bring it up first: ip link set {name} up"),
        _ => new CaptureException(
            CaptureFailureReason.Other,
            words.Length > 0 ? $"Capturing on '{name}' failed: {words}" : $"Capturing on '{name}' failed with libpcap code {code}.",
            "Check the interface with Get-PacketInterface, and that the kernel has packet sockets (CONFIG_PACKET)."),
    };

    /// <summary>A system call failed.</summary>
    internal static CaptureException SystemCall(string name, LinuxException cause) => cause.Errno switch
    {
        Errno.EPERM or Errno.EACCES => PermissionDenied(cause),
        Errno.ENODEV or Errno.ENXIO => InterfaceNotFound(name),
        _ => new CaptureException(
            CaptureFailureReason.Other,
            $"Capturing on '{name}' failed: {cause.Message}",
            "Check the interface with Get-PacketInterface, and that the kernel has packet sockets (CONFIG_PACKET).",
            cause),
    };

    private static CaptureException PermissionDenied(Exception? cause) => new(
        CaptureFailureReason.PermissionDenied,
        "Capturing needs the capability CAP_NET_RAW, which this process lacks.",
        $"Run with sudo, or once: sudo setcap cap_net_raw+ep '{Environment.ProcessPath}'",
        cause);
}
