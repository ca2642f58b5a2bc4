namespace PacketPath.Diagnosis;

/// <summary>What an ICMP error says went wrong, the two families joined.</summary>
internal enum IcmpCause
{
    /// <summary>Something no fault here covers.</summary>
    Other,

    /// <summary>The sender has no route to the target's network.</summary>
    NetworkUnreachable,

    /// <summary>The sender cannot reach the target itself.</summary>
    HostUnreachable,

    /// <summary>A policy, or the target, turned the packet away.</summary>
    Rejected,

    /// <summary>The TTL or hop limit ran out on the way.</summary>
    TimeExceeded,

    /// <summary>The packet did not fit the next link.</summary>
    TooBig,
}

/// <summary>Sorts ICMP types and codes (RFC 792, RFC 1122, RFC 1812, RFC 4443).</summary>
internal static class IcmpCauses
{
    public static IcmpCause Of(bool isIPv6, int type, int code) => isIPv6 ? OfVersion6(type, code) : OfVersion4(type, code);

    private static IcmpCause OfVersion4(int type, int code) => (type, code) switch
    {
        (3, 0 or 5 or 6 or 11) => IcmpCause.NetworkUnreachable,
        (3, 1 or 7 or 8 or 12) => IcmpCause.HostUnreachable,
        (3, 2 or 3 or 9 or 10 or 13 or 14 or 15) => IcmpCause.Rejected,
        (3, 4) => IcmpCause.TooBig,
        (11, 0) => IcmpCause.TimeExceeded,
        _ => IcmpCause.Other,
    };

    private static IcmpCause OfVersion6(int type, int code) => (type, code) switch
    {
        (1, 0 or 2) => IcmpCause.NetworkUnreachable,
        (1, 3) => IcmpCause.HostUnreachable,
        (1, 1 or 4 or 5 or 6) => IcmpCause.Rejected,
        (2, _) => IcmpCause.TooBig,
        (3, 0) => IcmpCause.TimeExceeded,
        _ => IcmpCause.Other,
    };
}
