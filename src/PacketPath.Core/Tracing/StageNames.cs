namespace PacketPath.Tracing;

/// <summary>The layers as a person says them.</summary>
internal static class StageNames
{
    /// <summary>The name of a layer.</summary>
    public static string Of(PathLayer layer) => layer switch
    {
        PathLayer.Name => "name",
        PathLayer.Socket => "socket",
        PathLayer.PolicyRouting => "policy rules",
        PathLayer.RouteLookup => "route",
        PathLayer.OutputFirewall => "output hooks",
        PathLayer.Conntrack => "conntrack",
        PathLayer.Neighbor => "neighbor",
        PathLayer.Qdisc => "queue",
        PathLayer.Device => "device",
        PathLayer.Path => "path",
        PathLayer.RemoteHost => "far host",
        PathLayer.ReturnPath => "way back",
        PathLayer.DeviceReceive => "device, in",
        PathLayer.Softirq => "softirq",
        PathLayer.InputFirewall => "input hooks",
        PathLayer.LocalDelivery => "delivery",
        PathLayer.SocketQueue => "socket queue",
        PathLayer.Tls => "TLS",
        PathLayer.Dns => "DNS",
        PathLayer.Proxy => "proxy",
        PathLayer.Quic => "QUIC",
        _ => "application",
    };
}
