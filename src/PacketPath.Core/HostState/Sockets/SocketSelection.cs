using System.Net;
using PacketPath.Netlink;
using PacketPath.Netlink.SocketDiag;

namespace PacketPath.HostState;

/// <summary>What is asked for, as a filter the kernel runs; and the same again here, for what is too long for it.</summary>
internal static class SocketSelection
{
    private const int MappedBits = 96;

    /// <summary>The kernel's filter; null where it has nothing to do.</summary>
    /// <param name="query">What is asked for.</param>
    /// <param name="isExact">True where what the kernel lets pass is what was asked for.</param>
    public static byte[]? Compile(SocketQuery query, out bool isExact)
    {
        var filter = new SocketFilter();
        filter.LocalPorts(query.LocalPorts);
        filter.RemotePorts(query.RemotePorts);
        filter.LocalAddresses(query.LocalAddresses);
        filter.RemoteAddresses(query.RemoteAddresses);
        filter.Interfaces(query.InterfaceIndexes);
        var program = filter.Compile();

        // A raw socket keeps its protocol where others keep their port, so a filter on ports is run again here.
        isExact = filter.IsEmpty || (program is not null && query.LocalPorts.Count == 0 && query.RemotePorts.Count == 0);
        return program;
    }

    /// <summary>True where the socket was asked for.</summary>
    public static bool Matches(SocketEntry socket, SocketQuery query) =>
        (query.LocalPorts.Count == 0 || query.LocalPorts.Contains(socket.LocalPort))
        && (query.RemotePorts.Count == 0 || query.RemotePorts.Contains(socket.RemotePort))
        && (query.LocalAddresses.Count == 0 || Covers(query.LocalAddresses, socket.LocalAddress))
        && (query.RemoteAddresses.Count == 0 || Covers(query.RemoteAddresses, socket.RemoteAddress))
        && (query.InterfaceIndexes.Count == 0 || query.InterfaceIndexes.Contains(socket.InterfaceIndex));

    private static bool Covers(IReadOnlyList<(IPAddress Address, int Length)> prefixes, string text)
    {
        var address = IPAddress.Parse(text);
        foreach (var (prefix, length) in prefixes)
        {
            if (prefix.AddressFamily == address.AddressFamily
                    ? IpBits.Covers(IpBits.From(prefix), length, IpBits.From(address))
                    : address.IsIPv4MappedToIPv6 && prefix.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork
                        && IpBits.Covers(IpBits.From(prefix.MapToIPv6()), MappedBits + length, IpBits.From(address)))
            {
                return true;
            }
        }

        return false;
    }
}
