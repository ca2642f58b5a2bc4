using PacketPath.Interop;

namespace PacketPath.Probes;

/// <summary>What the user asked of a probe's socket and the kernel refused.</summary>
internal static class ProbeProblems
{
    /// <summary>The problem of a failed call; null where it says something about the target or the host instead.</summary>
    public static SynProbeException? Of(string? call, int errno, string? interfaceAlias, string netNamespace) => (call, errno) switch
    {
        (ProbeSocket.DeviceCall, Errno.ENODEV) => new SynProbeException(
            SynProbeProblem.InterfaceNotFound,
            $"There is no interface '{interfaceAlias}' in the network namespace '{netNamespace}'.",
            "List the interfaces with Get-PacketInterface.",
            new LinuxException(errno, ProbeSocket.DeviceCall)),
        (ProbeSocket.DeviceCall, Errno.EPERM) => new SynProbeException(
            SynProbeProblem.PermissionDenied,
            $"Binding to the interface '{interfaceAlias}' is not permitted.",
            "Run as root or with CAP_NET_RAW; from Linux 5.7 on no privilege is needed.",
            new LinuxException(errno, ProbeSocket.DeviceCall)),
        (ProbeSocket.MarkCall, Errno.EPERM) => new SynProbeException(
            SynProbeProblem.PermissionDenied,
            "Setting a firewall mark is not permitted.",
            "Run as root or with CAP_NET_ADMIN, or leave -Mark out.",
            new LinuxException(errno, ProbeSocket.MarkCall)),
        _ => null,
    };
}
