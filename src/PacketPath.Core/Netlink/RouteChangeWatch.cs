using PacketPath.Interop;

namespace PacketPath.Netlink;

/// <summary>Notices that links, addresses, rules, routes or forwarding changed, by the kernel's own announcements.</summary>
internal sealed class RouteChangeWatch : IDisposable
{
    private const int ReceiveBufferBytes = 64 * 1024;

    // RTNLGRP_LINK, IPV4_IFADDR, IPV4_ROUTE, IPV4_RULE, IPV6_IFADDR, IPV6_ROUTE, IPV6_RULE, IPV4_NETCONF, IPV6_NETCONF, NEXTHOP.
    private static readonly int[] Groups = [1, 5, 7, 8, 9, 11, 19, 24, 25, 32];

    private readonly FileDescriptor _socket;
    private readonly byte[] _scratch = new byte[4];

    /// <summary>Starts watching in the calling thread's network namespace.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public RouteChangeWatch()
    {
        _socket = NetlinkCalls.Open(NetlinkProtocol.Route, ReceiveBufferBytes, out _);
        foreach (var group in Groups)
        {
            try
            {
                NetlinkCalls.JoinGroup(_socket, group);
            }
            catch (LinuxException exception) when (exception.Errno is Errno.EINVAL or Errno.ENOENT)
            {
                // A kernel that has no such group has no such objects.
            }
        }
    }

    /// <summary>True where something changed since the last time this was asked.</summary>
    public bool HasChanged()
    {
        var changed = false;
        while (true)
        {
            var result = NetlinkCalls.TryReceive(_socket, _scratch);
            switch (result)
            {
                case >= 0:
                    changed = true;
                    break;
                case -Errno.ENOBUFS:
                    // More was announced than the buffer holds.
                    changed = true;
                    break;
                case -Errno.EINTR:
                    break;
                default:
                    return changed;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
