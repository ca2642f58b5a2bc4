using System.Net;

namespace PacketPath.HostState;

/// <summary>Which of the listening sockets the kernel would hand a connection to: the one bound most closely (inet_lookup_listener).</summary>
internal static class ListenerChoice
{
    /// <summary>The listeners that answer; several where they share the port (SO_REUSEPORT). Empty where none does.</summary>
    /// <param name="listeners">The listening sockets of the port.</param>
    /// <param name="address">The address asked.</param>
    /// <param name="interfaceIndex">The interface the connection comes in by; 0 where unknown: then binding to one excludes nothing.</param>
    public static IReadOnlyList<SocketEntry> Of(IEnumerable<SocketEntry> listeners, IPAddress address, int interfaceIndex)
    {
        var scored = listeners.Select(socket => (Socket: socket, Score: Score(socket, address, interfaceIndex))).Where(static s => s.Score > 0).ToList();
        var best = scored.Count == 0 ? 0 : scored.Max(static s => s.Score);
        return [.. scored.Where(s => s.Score == best).Select(static s => s.Socket)];
    }

    /// <summary>How closely a listener is bound to what is asked; 0 where it does not answer at all.</summary>
    private static int Score(SocketEntry socket, IPAddress address, int interfaceIndex)
    {
        if (socket.InterfaceIndex != 0 && interfaceIndex != 0 && socket.InterfaceIndex != interfaceIndex)
        {
            return 0;
        }

        var bound = IPAddress.Parse(socket.LocalAddress);
        var plain = bound.IsIPv4MappedToIPv6 ? bound.MapToIPv4() : bound;
        var isAny = plain.Equals(IPAddress.Any) || plain.Equals(IPAddress.IPv6Any);
        var isSameFamily = plain.AddressFamily == address.AddressFamily;
        var takesIPv4 = plain.Equals(IPAddress.IPv6Any) && socket.Ipv6Only != true && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;
        if (!(isAny ? isSameFamily || takesIPv4 : plain.GetAddressBytes().AsSpan().SequenceEqual(address.GetAddressBytes())))
        {
            return 0;
        }

        // An address counts for more than an interface, that for more than the family of its own.
        return 1 + (isAny ? 0 : 8) + (socket.InterfaceIndex != 0 ? 4 : 0) + (socket.AddressFamily == (AddressFamily)Netlink.IpBits.FamilyOf(address) ? 1 : 0);
    }
}
