using PacketPath.Capture;
using static PacketPath.Core.Tests.Capture.PacketBytes;

namespace PacketPath.Core.Tests.Capture;

/// <summary>One packet of every shape the decoder knows: seeds for truncation and fuzzing.</summary>
internal static class SamplePackets
{
    internal static readonly (string Name, CaptureLinkType Link, byte[] Data)[] All =
    [
        ("syn", CaptureLinkType.Ethernet, Ethernet(0x0800, Syn4())),
        ("syn behind ip options", CaptureLinkType.Ethernet, Ethernet(0x0800, IPv4("10.0.0.1", "10.0.0.2", 6, Tcp(40000, 80, 2), options: [7, 7, 4, 0, 0, 0, 0, 0]))),
        ("vlan", CaptureLinkType.Ethernet, Ethernet(0x8100, Vlan(10, 0x0800, Syn4()))),
        ("double vlan", CaptureLinkType.Ethernet, Ethernet(0x88a8, Vlan(100, 0x8100, Vlan(200, 0x86dd, Syn6())))),
        ("arp", CaptureLinkType.Ethernet, Ethernet(0x0806, Arp(1, "10.0.0.1", "10.0.0.2"))),
        ("sll", CaptureLinkType.LinuxSll, Sll(4, 0x0800, Syn4())),
        ("sll2", CaptureLinkType.LinuxSll2, Sll2(7, 4, 0x86dd, Syn6())),
        ("raw", CaptureLinkType.Raw, Syn4()),
        ("null", CaptureLinkType.Null, Join([2, 0, 0, 0], Syn4())),
        ("udp", CaptureLinkType.Raw, IPv4("10.0.0.1", "10.0.0.2", 17, Udp(5353, 53, 1, 2, 3))),
        ("extension headers", CaptureLinkType.Raw, IPv6("fd00::1", "fd00::2", 0, Extension(43, Extension(60, Extension(44, Fragment6(51, 0, true, Authentication(6, Tcp(40000, 443, 2, options: SynOptions())))))))),
        ("later fragment", CaptureLinkType.Raw, IPv6("fd00::1", "fd00::2", 44, Fragment6(17, 1448, false, new byte[64]))),
        ("port unreachable", CaptureLinkType.Raw, IPv4("10.0.0.9", "10.0.0.1", 1, Icmp(3, 3, 0, Syn4()[..28]))),
        ("fragmentation needed", CaptureLinkType.Raw, IPv4("10.0.0.9", "10.0.0.1", 1, Icmp(3, 4, 1400, Syn4()))),
        ("redirect", CaptureLinkType.Raw, IPv4("10.0.0.9", "10.0.0.1", 1, Icmp(5, 1, 0x0a000008, Syn4()))),
        ("echo", CaptureLinkType.Raw, IPv4("10.0.0.1", "10.0.0.2", 1, Icmp(8, 0, 0x00070009))),
        ("packet too big", CaptureLinkType.Raw, IPv6("fd00::9", "fd00::1", 58, Icmp(2, 0, 1280, IPv6("fd00::1", "fd00::2", 60, Extension(6, Tcp(40000, 443, 2)))))),
        ("neighbor solicitation", CaptureLinkType.Raw, IPv6("fe80::1", "ff02::1:ff00:2", 58, Icmp(135, 0, 0, Address("fe80::2"), [1, 1, 2, 0, 0, 0, 0, 0x0a]), 255)),
    ];

    internal static byte[] Syn4() => IPv4("10.0.0.1", "10.0.0.2", 6, Tcp(40000, 80, 2, options: SynOptions()));

    internal static byte[] Syn6() => IPv6("fd00::1", "fd00::2", 6, Tcp(40000, 80, 2, options: SynOptions()));
}
