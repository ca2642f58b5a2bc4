namespace PacketPath.Capture;

/// <summary>IANA protocol numbers, as far as the decoder tells them apart.</summary>
internal static class IpProtocol
{
    internal const byte HopByHop = 0;
    internal const byte Icmp = 1;
    internal const byte Tcp = 6;
    internal const byte Udp = 17;
    internal const byte Routing = 43;
    internal const byte Fragment = 44;
    internal const byte Authentication = 51;
    internal const byte IcmpV6 = 58;
    internal const byte DestinationOptions = 60;
    internal const byte Mobility = 135;
}
