using PacketPath.Interop;

namespace PacketPath.Core.Tests.Layout;

public class SocketLayoutTests
{
    [CompilerFact]
    public void TcpInfoStruct() => AssertAgrees(new CAssertions("linux/tcp.h")
        .Offset("struct tcp_info", "tcpi_state", 0)
        .Offset("struct tcp_info", "tcpi_retransmits", 2)
        .Offset("struct tcp_info", "tcpi_rto", TcpInfo.RtoOffset)
        .Offset("struct tcp_info", "tcpi_unacked", TcpInfo.UnackedOffset)
        .Constant("TCPI_OPT_TIMESTAMPS", TcpInfo.TimestampsOption)
        .Offset("struct tcp_info", "tcpi_snd_mss", TcpInfo.SendMssOffset)
        .Offset("struct tcp_info", "tcpi_pmtu", TcpInfo.PathMtuOffset)
        .Offset("struct tcp_info", "tcpi_rtt", TcpInfo.RttOffset)
        .Offset("struct tcp_info", "tcpi_total_retrans", TcpInfo.TotalRetransmitsOffset)
        .Offset("struct tcp_info", "tcpi_segs_out", TcpInfo.SegmentsOutOffset)
        .Offset("struct tcp_info", "tcpi_segs_in", TcpInfo.SegmentsInOffset)
        .Constant("TCP_INFO", InetSocket.TcpInfoOption));

    [CompilerFact]
    public void TcpStates() => AssertAgrees(new CAssertions("netinet/tcp.h")
        .Constant("TCP_ESTABLISHED", TcpInfo.Established)
        .Constant("TCP_SYN_SENT", TcpInfo.SynSent)
        .Constant("TCP_CLOSE", TcpInfo.Closed));

    [CompilerFact]
    public void ErrorQueueRecords() => AssertAgrees(new CAssertions("time.h", "linux/errqueue.h", "sys/socket.h")
        .Size("struct sock_extended_err", ErrorQueue.ExtendedErrorSize)
        .Offset("struct sock_extended_err", "ee_origin", 4)
        .Offset("struct sock_extended_err", "ee_type", 5)
        .Offset("struct sock_extended_err", "ee_code", 6)
        .Offset("struct sock_extended_err", "ee_info", 8)
        .Size("struct cmsghdr", ErrorQueue.ControlHeaderSize)
        .Offset("struct cmsghdr", "cmsg_level", 8)
        .Offset("struct cmsghdr", "cmsg_type", 12)
        .Constant("SO_EE_ORIGIN_LOCAL", (int)ErrorOrigin.Local)
        .Constant("SO_EE_ORIGIN_ICMP", (int)ErrorOrigin.Icmp)
        .Constant("SO_EE_ORIGIN_ICMP6", (int)ErrorOrigin.IcmpV6)
        .Constant("MSG_ERRQUEUE", 0x2000)
        .Constant("MSG_DONTWAIT", 0x40));

    [CompilerFact]
    public void Options() => AssertAgrees(new CAssertions("sys/socket.h", "netinet/in.h")
        .Constant("AF_INET", InetAddress.AfInet)
        .Constant("AF_INET6", InetAddress.AfInet6)
        .Size("struct sockaddr_in", InetAddress.Size4)
        .Size("struct sockaddr_in6", InetAddress.Size6)
        .Offset("struct sockaddr_in6", "sin6_scope_id", 24)
        .Constant("SOL_IP", InetSocket.SolIp)
        .Constant("SOL_IPV6", InetSocket.SolIpv6)
        .Constant("IP_TTL", InetSocket.IpTtl)
        .Constant("IP_RECVERR", InetSocket.IpReceiveErrors)
        .Constant("IP_BIND_ADDRESS_NO_PORT", InetSocket.IpBindAddressNoPort)
        .Constant("IPV6_UNICAST_HOPS", InetSocket.Ipv6UnicastHops)
        .Constant("IPV6_RECVERR", InetSocket.Ipv6ReceiveErrors)
        .Constant("IPV6_V6ONLY", InetSocket.Ipv6Only)
        .Constant("IP_MTU_DISCOVER", InetSocket.IpMtuDiscover)
        .Constant("IP_PMTUDISC_PROBE", InetSocket.MtuDiscoverProbe)
        .Constant("IP_PMTUDISC_DO", InetSocket.MtuDiscoverDo)
        .Constant("IPV6_PMTUDISC_PROBE", InetSocket.MtuDiscoverProbe)
        .Constant("IPV6_PMTUDISC_DO", InetSocket.MtuDiscoverDo)
        .Constant("IP_RECVTTL", InetSocket.IpReceiveTtl)
        .Constant("IPV6_MTU_DISCOVER", InetSocket.Ipv6MtuDiscover)
        .Constant("IPV6_RECVHOPLIMIT", InetSocket.Ipv6ReceiveHopLimit)
        .Constant("IPV6_HOPLIMIT", InetSocket.Ipv6HopLimit)
        .Constant("SO_LINGER", InetSocket.SoLinger)
        .Constant("SO_ERROR", InetSocket.SoError)
        .Constant("SO_BINDTODEVICE", InetSocket.SoBindToDevice)
        .Constant("SO_MARK", InetSocket.SoMark));

    [CompilerFact]
    public void Polling() => AssertAgrees(new CAssertions("sys/epoll.h", "sys/eventfd.h", "stdint.h")
        .Constant("EPOLLIN", (int)Epoll.Readable)
        .Constant("EPOLLOUT", (int)Epoll.Writable)
        .Constant("EPOLL_CTL_ADD", 1)
        .Constant("EPOLL_CTL_DEL", 2)
        .Size("struct epoll_event", Epoll.EventSize)
        .Offset("struct epoll_event", "data", Epoll.DataOffset)
        .Constant("EFD_CLOEXEC | EFD_NONBLOCK", 0x80000 | 0x800));

    private static void AssertAgrees(CAssertions assertions) => Assert.Null(assertions.Verify());
}
