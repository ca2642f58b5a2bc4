namespace PacketPath;

/// <summary>The layers a packet crosses, in the order it crosses them: out of this host, along the path, and up to the application.</summary>
public enum PathLayer
{
    /// <summary>Name resolution.</summary>
    Name,

    /// <summary>The sending socket: bind, source address, local port.</summary>
    Socket,

    /// <summary>Policy rules (RTM_GETRULE).</summary>
    PolicyRouting,

    /// <summary>The route lookup itself.</summary>
    RouteLookup,

    /// <summary>The OUTPUT and POSTROUTING firewall hooks of this host.</summary>
    OutputFirewall,

    /// <summary>Connection tracking.</summary>
    Conntrack,

    /// <summary>Neighbor resolution: ARP (RFC 826) or Neighbor Discovery (RFC 4861).</summary>
    Neighbor,

    /// <summary>The queuing discipline of the egress interface.</summary>
    Qdisc,

    /// <summary>The egress device: administrative state, carrier, driver.</summary>
    Device,

    /// <summary>The network between this host and the remote host.</summary>
    Path,

    /// <summary>The remote host, or what answers in its name.</summary>
    RemoteHost,

    /// <summary>The way back.</summary>
    ReturnPath,

    /// <summary>The receiving device of this host.</summary>
    DeviceReceive,

    /// <summary>Softirq processing and the per-CPU backlog.</summary>
    Softirq,

    /// <summary>The PREROUTING and INPUT firewall hooks of this host.</summary>
    InputFirewall,

    /// <summary>Local delivery or forwarding.</summary>
    LocalDelivery,

    /// <summary>The receiving socket and its queues.</summary>
    SocketQueue,

    /// <summary>Transport Layer Security.</summary>
    Tls,

    /// <summary>DNS as an application.</summary>
    Dns,

    /// <summary>A forward proxy.</summary>
    Proxy,

    /// <summary>QUIC.</summary>
    Quic,

    /// <summary>The application behind the connection.</summary>
    Application,
}
