namespace PacketPath.Probes;

/// <summary>ICMP types and codes in words (RFC 792, RFC 1122, RFC 1812, RFC 4443).</summary>
internal static class IcmpMeaning
{
    /// <summary>ICMP destination unreachable.</summary>
    public const int Unreachable4 = 3;

    /// <summary>ICMP time exceeded.</summary>
    public const int TimeExceeded4 = 11;

    /// <summary>ICMPv6 destination unreachable.</summary>
    public const int Unreachable6 = 1;

    /// <summary>ICMPv6 time exceeded.</summary>
    public const int TimeExceeded6 = 3;

    /// <summary>The report in words.</summary>
    public static string Describe(bool ipv6, int type, int code) => ipv6 ? Describe6(type, code) : Describe4(type, code);

    /// <summary>True for "host unreachable" (3/1) and "address unreachable" (v6 1/3): what a failed neighbor brings.</summary>
    public static bool IsHostUnreachable(bool ipv6, int type, int code) =>
        ipv6 ? type == Unreachable6 && code == 3 : type == Unreachable4 && code == 1;

    /// <summary>True for "time to live exceeded in transit".</summary>
    public static bool IsTimeExceeded(bool ipv6, int type, int code) =>
        code == 0 && type == (ipv6 ? TimeExceeded6 : TimeExceeded4);

    /// <summary>True for "fragmentation needed" and "packet too big".</summary>
    public static bool IsTooBig(bool ipv6, int type, int code) => ipv6 ? type == 2 : type == Unreachable4 && code == 4;

    /// <summary>True for "port unreachable".</summary>
    public static bool IsPortUnreachable(bool ipv6, int type, int code) =>
        ipv6 ? type == Unreachable6 && code == 4 : type == Unreachable4 && code == 3;

    private static string Describe4(int type, int code) => (type, code) switch
    {
        (3, 0) => "network unreachable",
        (3, 1) => "host unreachable",
        (3, 2) => "protocol unreachable",
        (3, 3) => "port unreachable",
        (3, 4) => "fragmentation needed",
        (3, 5) => "source route failed",
        (3, 6) => "destination network unknown",
        (3, 7) => "destination host unknown",
        (3, 8) => "source host isolated",
        (3, 9) => "network administratively prohibited",
        (3, 10) => "host administratively prohibited",
        (3, 11) => "network unreachable for this type of service",
        (3, 12) => "host unreachable for this type of service",
        (3, 13) => "communication administratively prohibited",
        (3, 14) => "host precedence violation",
        (3, 15) => "precedence cutoff in effect",
        (4, 0) => "source quench",
        (5, _) => "redirect",
        (11, 0) => "time to live exceeded in transit",
        (11, 1) => "fragment reassembly time exceeded",
        (12, _) => "parameter problem",
        _ => $"ICMP type {type} code {code}",
    };

    private static string Describe6(int type, int code) => (type, code) switch
    {
        (1, 0) => "no route to destination",
        (1, 1) => "communication administratively prohibited",
        (1, 2) => "beyond scope of source address",
        (1, 3) => "address unreachable",
        (1, 4) => "port unreachable",
        (1, 5) => "source address failed ingress or egress policy",
        (1, 6) => "reject route to destination",
        (1, 7) => "error in source routing header",
        (2, _) => "packet too big",
        (3, 0) => "hop limit exceeded in transit",
        (3, 1) => "fragment reassembly time exceeded",
        (4, _) => "parameter problem",
        _ => $"ICMPv6 type {type} code {code}",
    };
}
