using System.Buffers.Binary;
using PacketPath.Netlink.Conntrack;

namespace PacketPath.HostState.Conntrack;

/// <summary>Makes objects of decoded connections. Texts of addresses that come again and again are made once.</summary>
internal sealed class ConntrackEntryBuilder(ObservationStamp stamp, int cacheBits = 10)
{
    /// <summary>Every flag that has a name.</summary>
    private const uint KnownStatus = 0xffff;

    private readonly (UInt128 Key, byte Family, string? Text)[] _texts = new (UInt128, byte, string?)[1 << cacheBits];

    /// <summary>The object of a connection.</summary>
    public ConntrackEntry Build(in ConntrackMessage message)
    {
        var original = message.Original;
        var reply = message.Reply;
        var nat = ((message.Status & (uint)ConntrackStatus.SourceNat) != 0 ? ConntrackNat.Source : ConntrackNat.None)
            | ((message.Status & (uint)ConntrackStatus.DestinationNat) != 0 ? ConntrackNat.Destination : ConntrackNat.None);
        var replySource = Text(reply.Family, reply.Source);
        var replyDestination = Text(reply.Family, reply.Destination);
        var isSource = (nat & ConntrackNat.Source) != 0;
        var isDestination = (nat & ConntrackNat.Destination) != 0;
        return new ConntrackEntry
        {
            ComputerName = stamp.ComputerName,
            NetNamespace = stamp.NetNamespace,
            ObservedAt = stamp.ObservedAt,
            Id = message.Id,
            AddressFamily = (AddressFamily)original.Family,
            Protocol = (TransportProtocol)original.Protocol,
            State = ConntrackStates.Of(original.Protocol, message.ProtocolState),
            Status = (ConntrackStatus)(message.Status & KnownStatus),
            StatusBits = message.Status,
            TimeoutSeconds = message.Timeout,
            OriginalSourceAddress = Text(original.Family, original.Source),
            OriginalSourcePort = original.SourcePort,
            OriginalDestinationAddress = Text(original.Family, original.Destination),
            OriginalDestinationPort = original.DestinationPort,
            ReplySourceAddress = replySource,
            ReplySourcePort = reply.SourcePort,
            ReplyDestinationAddress = replyDestination,
            ReplyDestinationPort = reply.DestinationPort,
            IcmpType = original.IcmpType,
            IcmpCode = original.IcmpCode,
            IcmpId = original.IcmpId,
            NatType = nat,
            TranslatedSourceAddress = isSource ? replyDestination : null,
            TranslatedSourcePort = isSource ? reply.DestinationPort : null,
            TranslatedDestinationAddress = isDestination ? replySource : null,
            TranslatedDestinationPort = isDestination ? reply.SourcePort : null,
            OriginalPackets = (long?)message.CountersOriginal?.Packets,
            OriginalBytes = (long?)message.CountersOriginal?.Bytes,
            ReplyPackets = (long?)message.CountersReply?.Packets,
            ReplyBytes = (long?)message.CountersReply?.Bytes,
            Mark = message.Mark,
            Zone = message.Zone,
            OriginalZone = original.Zone,
            ReplyZone = reply.Zone,
            Helper = message.Helper,
            Master = message.Master is { } master ? Describe(master) : null,
            Labels = message.Labels,
            SecurityContext = message.SecurityContext,
            StartedAt = message.Started is { } nanoseconds ? DateTime.UnixEpoch.AddTicks((long)(nanoseconds / 100)) : null,
        };
    }

    /// <summary>The object that stands for a connection that is not tracked.</summary>
    public ConntrackEntry Absent(in ConntrackTuple asked) => new()
    {
        ComputerName = stamp.ComputerName,
        NetNamespace = stamp.NetNamespace,
        ObservedAt = stamp.ObservedAt,
        AddressFamily = (AddressFamily)asked.Family,
        Protocol = (TransportProtocol)asked.Protocol,
        State = ConntrackState.Absent,
        OriginalSourceAddress = asked.Source == 0 ? "" : Text(asked.Family, asked.Source),
        OriginalSourcePort = asked.SourcePort,
        OriginalDestinationAddress = Text(asked.Family, asked.Destination),
        OriginalDestinationPort = asked.DestinationPort,
    };

    private string Describe(in ConntrackTuple tuple)
    {
        var source = Text(tuple.Family, tuple.Source);
        var destination = Text(tuple.Family, tuple.Destination);
        return $"{((TransportProtocol)tuple.Protocol).ToString().ToLowerInvariant()} {End(source, tuple.SourcePort)} > {End(destination, tuple.DestinationPort)}";
    }

    private static string End(string address, ushort? port) => port is null
        ? address
        : FormattableString.Invariant($"{(address.Contains(':') ? $"[{address}]" : address)}:{port}");

    private string Text(byte family, UInt128 address)
    {
        if (family == 0)
        {
            return "";
        }

        var low = (ulong)address ^ (ulong)(address >> 64);
        ref var slot = ref _texts[(int)((low * 0x9e3779b97f4a7c15) >> (64 - cacheBits))];
        if (slot.Text is null || slot.Key != address || slot.Family != family)
        {
            Span<byte> bytes = stackalloc byte[16];
            BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
            slot = (address, family, AddressText.Format(family == (byte)AddressFamily.IPv4 ? bytes[12..] : bytes));
        }

        return slot.Text!;
    }
}
