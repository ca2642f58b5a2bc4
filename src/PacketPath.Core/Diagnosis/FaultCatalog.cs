using PacketPath.Diagnosis.Faults;

namespace PacketPath.Diagnosis;

/// <summary>Every fault PacketPath can name, in order of precedence: the first that fires, and is not explained by another, is the verdict.</summary>
public static class FaultCatalog
{
    internal static NoFault NoFault { get; } = new();

    internal static Indeterminate Indeterminate { get; } = new();

    /// <summary>The rules, lowest layer first.</summary>
    public static IReadOnlyList<FaultRule> All { get; } =
    [
        new SourceAddressUnavailable(),
        new LocalPortsExhausted(),
        new SocketDenied(),

        new PolicyRuleBlackhole(),
        new PolicyRuleProhibit(),
        new PolicyRuleUnreachable(),
        new PolicyRuleDiverts(),

        new Ipv6Disabled(),
        new RouteBlackhole(),
        new RouteProhibit(),
        new RouteUnreachable(),
        new RouteNextHopDown(),
        new RouteSourceInvalid(),
        new RouteGatewayOffLink(),
        new RouteShadowed(),
        new RouteMissing(),

        new OutputFirewallReject(),
        new OutputFirewallDrop(),

        new ConntrackTableFull(),
        new ConntrackInsertFailed(),
        new ConntrackInvalid(),

        new NeighborTableFull(),
        new NeighborWrongSubnet(),
        new NeighborUnresolved(),
        new NeighborStaleEntry(),
        new NeighborDuplicateAddress(),

        new QdiscDrop(),

        new LinkDown(),
        new LinkNoCarrier(),
        new DeviceTransmitDrop(),

        new RoutingLoop(),
        new PathSilentAfterHop(),
        new RemoteNetworkUnreachable(),
        new RemoteHostUnreachable(),
        new ForwardPathLost(),
        new NoReply(),
        new MtuInterfaceMismatch(),
        new MtuBlackHole(),
        new MtuReduced(),

        new RemoteRejected(),
        new RemoteResetByMiddlebox(),
        new RemoteRefused(),

        new ReturnPathAsymmetric(),
        new ReturnPathLost(),
        new ReturnPathFiltered(),
        new ReturnRouteMissing(),

        new DeviceReceiveDrop(),
        new SoftirqBacklogDrop(),

        new InputFirewallReject(),
        new InputFirewallDrop(),

        new ForwardingDisabled(),

        new ListenerBoundElsewhere(),
        new ListenerMissing(),
        new SynBacklogFull(),
        new AcceptQueueFull(),
        new ReceiveBufferFull(),

        new NameServerUnreachable(),
        new NameServerRefused(),
        new NameServerFailure(),
        new NameNotFound(),
        new NameNoAddress(),

        new TlsNotSpoken(),
        new TlsServerNameBlocked(),
        new TlsHandshakeStalled(),
        new TlsServerNameRejected(),
        new TlsServerNameMismatch(),
        new TlsCertificateInvalid(),

        new DnsTruncatedTcpBlocked(),
        new DnsLargeReplyLost(),

        new ProxyUnreachable(),
        new ProxyAuthenticationRequired(),
        new ProxyConnectDenied(),
        new ProxyGatewayFailure(),
        new ProxyNotHttp(),

        new QuicUdpBlocked(),
        new QuicNotOffered(),

        new ApplicationSilent(),

        NoFault,
        Indeterminate,
    ];

    /// <summary>The rule of a fault; null where there is none of that name.</summary>
    /// <param name="faultId">The identifier, in any case.</param>
    public static FaultRule? Find(string faultId) =>
        All.FirstOrDefault(r => r.Id.Equals(faultId, StringComparison.OrdinalIgnoreCase));
}
