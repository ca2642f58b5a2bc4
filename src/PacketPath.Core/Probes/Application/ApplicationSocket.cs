using System.Net;
using System.Net.Sockets;
using PacketPath.Interop;

namespace PacketPath.Probes;

/// <summary>Opens the sockets of application probes: .NET's own, bound as the user asked.</summary>
internal static class ApplicationSocket
{
    /// <summary>Opens a socket in the calling thread's namespace.</summary>
    /// <exception cref="SynProbeException">The kernel refused.</exception>
    public static Socket Open(ApplicationProbeOptions options, System.Net.Sockets.AddressFamily family, SocketType type)
    {
        var ipv6 = family == System.Net.Sockets.AddressFamily.InterNetworkV6;
        var protocol = type == SocketType.Dgram ? TransportProtocol.Udp : TransportProtocol.Tcp;
        InetSocket opened;
        try
        {
            opened = InetSocket.Open(ipv6, protocol, options.Uid);
        }
        catch (LinuxException failure)
        {
            throw new SynProbeException(
                SynProbeProblem.SocketUnavailable, $"No socket could be opened: {failure.Message}", "Close sockets, raise the limit of open files, or lower -ThrottleLimit.", failure);
        }

        using (opened)
        {
            Prepare(opened, options, ipv6, type);
            return Hand(opened);
        }
    }

    private static void Prepare(InetSocket socket, ApplicationProbeOptions options, bool ipv6, SocketType type)
    {
        Check(ipv6 ? socket.SetIpv6Only() : 0, "setsockopt(IPV6_V6ONLY)", options);
        Check(options.Mark == 0 ? 0 : socket.SetMark(options.Mark), ProbeSocket.MarkCall, options);
        Check(options.InterfaceAlias is { } device ? socket.BindToDevice(device) : 0, ProbeSocket.DeviceCall, options);
        if (options.SourceAddress is { } source)
        {
            if (type == SocketType.Stream)
            {
                // Many connections may share a port. A datagram socket has its own, and who watches the wire wants to know it at once.
                socket.ChoosePortLate();
            }

            Check(socket.Bind(source, 0), "bind", options);
        }
    }

    private static void Check(int errno, string call, ApplicationProbeOptions options)
    {
        if (errno == 0)
        {
            return;
        }

        var cause = new LinuxException(errno, call);
        throw ProbeProblems.Of(call, errno, options.InterfaceAlias, options.Namespace.Label) ?? new SynProbeException(
            SynProbeProblem.SocketUnavailable,
            call == "bind" ? $"The source address {options.SourceAddress} cannot be used: {cause.Message}" : cause.Message,
            call == "bind" ? "List the addresses of this host with Get-PacketInterface." : "Look at the inner error.",
            cause);
    }

    private static Socket Hand(InetSocket opened)
    {
        var descriptor = (int)opened.Descriptor.DangerousGetHandle();
        opened.Descriptor.SetHandleAsInvalid();
        return new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
    }
}
