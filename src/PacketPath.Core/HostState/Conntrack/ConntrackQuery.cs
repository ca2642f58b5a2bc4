using PacketPath.Netlink.Conntrack;

namespace PacketPath.HostState.Conntrack;

/// <summary>Which connections are wanted. What the kernel can compare it compares; everything is compared again here, because a kernel that does not know a filter hands out more.</summary>
internal sealed record ConntrackQuery
{
    /// <summary>IPv4 or IPv6; null for both.</summary>
    public AddressFamily? Family { get; init; }

    /// <summary>The protocols; empty for all.</summary>
    public TransportProtocol[] Protocols { get; init; } = [];

    /// <summary>The states; empty for all.</summary>
    public ConntrackState[] States { get; init; } = [];

    /// <summary>The flags an entry must have, and those it must not have.</summary>
    public (ConntrackStatus Set, ConntrackStatus Clear) Status { get; init; }

    /// <summary>The mark, and the bits of it that count; null for any.</summary>
    public (uint Value, uint Mask)? Mark { get; init; }

    /// <summary>The zone; null for any.</summary>
    public ushort? Zone { get; init; }

    /// <summary>Prefixes of the first packet's source; empty for any.</summary>
    public AddressPrefix[] Source { get; init; } = [];

    /// <summary>Prefixes of the first packet's destination; empty for any.</summary>
    public AddressPrefix[] Destination { get; init; } = [];

    /// <summary>Prefixes of the answers' source; empty for any.</summary>
    public AddressPrefix[] ReplySource { get; init; } = [];

    /// <summary>Prefixes of the answers' destination; empty for any.</summary>
    public AddressPrefix[] ReplyDestination { get; init; } = [];

    /// <summary>The first packet's source ports; empty for any.</summary>
    public int[] SourcePorts { get; init; } = [];

    /// <summary>The first packet's destination ports; empty for any.</summary>
    public int[] DestinationPorts { get; init; } = [];

    /// <summary>What of it the kernel can compare.</summary>
    public ConntrackKernelFilter ForKernel()
    {
        var family = Family ?? CommonFamily();
        var original = default(ConntrackTuple) with { Family = (byte)(family ?? 0) };
        var reply = original;
        var originalParts = TupleParts.None;
        var replyParts = TupleParts.None;
        // Kernels compare IPv6 addresses the wrong way round: they leave out those that are equal.
        if (Source is [{ IsAddress: true, Family: AddressFamily.IPv4 } source])
        {
            originalParts |= TupleParts.Source;
            original.Source = source.Value;
        }

        if (Destination is [{ IsAddress: true, Family: AddressFamily.IPv4 } destination])
        {
            originalParts |= TupleParts.Destination;
            original.Destination = destination.Value;
        }

        if (ReplySource is [{ IsAddress: true, Family: AddressFamily.IPv4 } replySource])
        {
            replyParts |= TupleParts.Source;
            reply.Source = replySource.Value;
        }

        if (ReplyDestination is [{ IsAddress: true, Family: AddressFamily.IPv4 } replyDestination])
        {
            replyParts |= TupleParts.Destination;
            reply.Destination = replyDestination.Value;
        }

        // The kernel compares ports only together with a protocol, and a protocol only within a family.
        if (Protocols is [var protocol] && family is not null)
        {
            originalParts |= TupleParts.Protocol;
            original.Protocol = (byte)protocol;
            if (HasPorts(protocol) && SourcePorts is [var sourcePort])
            {
                originalParts |= TupleParts.SourcePort;
                original.SourcePort = (ushort)sourcePort;
            }

            if (HasPorts(protocol) && DestinationPorts is [var destinationPort])
            {
                originalParts |= TupleParts.DestinationPort;
                original.DestinationPort = (ushort)destinationPort;
            }
        }

        return new ConntrackKernelFilter
        {
            Family = (byte)(family ?? 0),
            Mark = Mark,
            Zone = Zone,
            Status = Status is (ConntrackStatus.None, ConntrackStatus.None) ? null : ((uint)Status.Set, (uint)(Status.Set | Status.Clear)),
            Original = original,
            OriginalParts = originalParts,
            Reply = reply,
            ReplyParts = replyParts,
        };
    }

    /// <summary>True where an entry is wanted.</summary>
    public bool Wants(in ConntrackMessage entry)
    {
        var original = entry.Original;
        return (Family is null || original.Family == (byte)Family)
            && (Protocols.Length == 0 || Array.IndexOf(Protocols, (TransportProtocol)original.Protocol) >= 0)
            && (States.Length == 0 || Array.IndexOf(States, ConntrackStates.Of(original.Protocol, entry.ProtocolState)) >= 0)
            && ((ConntrackStatus)entry.Status & Status.Set) == Status.Set
            && ((ConntrackStatus)entry.Status & Status.Clear) == 0
            && (Mark is not { } mark || (entry.Mark & mark.Mask) == mark.Value)
            && (Zone is null || entry.Zone == Zone || original.Zone == Zone || entry.Reply.Zone == Zone)
            && AddressPrefix.AnyCovers(Source, original.Family, original.Source)
            && AddressPrefix.AnyCovers(Destination, original.Family, original.Destination)
            && AddressPrefix.AnyCovers(ReplySource, original.Family, entry.Reply.Source)
            && AddressPrefix.AnyCovers(ReplyDestination, original.Family, entry.Reply.Destination)
            && Listed(SourcePorts, original.SourcePort)
            && Listed(DestinationPorts, original.DestinationPort);
    }

    private static bool HasPorts(TransportProtocol protocol) =>
        protocol is TransportProtocol.Tcp or TransportProtocol.Udp or TransportProtocol.UdpLite or TransportProtocol.Sctp or TransportProtocol.Dccp;

    private static bool Listed(int[] ports, ushort? port) => ports.Length == 0 || (port is { } number && Array.IndexOf(ports, number) >= 0);

    private AddressFamily? CommonFamily()
    {
        AddressFamily? family = null;
        foreach (var prefixes in (AddressPrefix[][])[Source, Destination, ReplySource, ReplyDestination])
        {
            if (prefixes.Length > 0 && Array.TrueForAll(prefixes, prefix => prefix.Family == prefixes[0].Family))
            {
                family ??= prefixes[0].Family;
            }
        }

        return family;
    }
}
