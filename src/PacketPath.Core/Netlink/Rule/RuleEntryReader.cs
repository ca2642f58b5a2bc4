using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace PacketPath.Netlink.Rule;

/// <summary>Reads RTM_NEWRULE, and asks for it.</summary>
internal static class RuleEntryReader
{
    /// <summary>sizeof(struct fib_rule_hdr).</summary>
    public const int HeaderSize = 12;

    /// <summary>Asks for every rule of a family.</summary>
    public static void Dump(AttributeWriter writer, byte family)
    {
        writer.Begin(RouteMessage.GetRule, MessageFlags.Dump, HeaderSize)[0] = family;
        writer.End();
    }

    /// <summary>Reads a rule message; null where it is none, or of a family other than IPv4 and IPv6.</summary>
    /// <exception cref="NetlinkDecodeException">It is malformed.</exception>
    public static RuleEntry? Read(in NetlinkMessage message)
    {
        if (message.Type != RouteMessage.NewRule)
        {
            return null;
        }

        var header = message.Fixed(HeaderSize, out var attributes);
        var family = header[0];
        if (family is not (IpBits.IPv4 or IpBits.IPv6))
        {
            return null;
        }

        var width = IpBits.Width(family);
        if (header[1] > width || header[2] > width)
        {
            throw new NetlinkDecodeException($"a prefix of {header[1]} or {header[2]} bits in family {family}");
        }

        var rule = new RuleEntry
        {
            Family = family,
            DestinationLength = header[1],
            SourceLength = header[2],
            Tos = header[3],
            Table = header[4],
            Action = (RuleAction)header[7],
            Flags = MemoryMarshal.Read<uint>(header[8..]),
        };
        while (attributes.Next())
        {
            rule = With(rule, ref attributes);
        }

        attributes.Finish();
        return rule;
    }

    private static RuleEntry With(RuleEntry rule, ref AttributeReader attribute) => attribute.Type switch
    {
        RuleAttribute.Destination => rule with { HasDestination = true, Destination = Address(attribute.Value, rule.Family) & IpBits.Mask(rule.DestinationLength) },
        RuleAttribute.Source => rule with { HasSource = true, Source = Address(attribute.Value, rule.Family) & IpBits.Mask(rule.SourceLength) },
        RuleAttribute.InputInterface => rule with { InputInterface = attribute.Text() },
        RuleAttribute.OutputInterface => rule with { OutputInterface = attribute.Text() },
        RuleAttribute.Goto => rule with { GotoPriority = attribute.U32() },
        RuleAttribute.Priority => rule with { Priority = attribute.U32() },
        RuleAttribute.Mark => rule with { Mark = attribute.U32() },
        RuleAttribute.MarkMask => rule with { MarkMask = attribute.U32() },
        RuleAttribute.Flow => rule with { Realms = attribute.U32() },
        RuleAttribute.TunnelId => rule with { TunnelId = BinaryPrimitives.ReverseEndianness(attribute.U64()) },
        RuleAttribute.SuppressInterfaceGroup => rule with { SuppressInterfaceGroup = attribute.S32() },
        RuleAttribute.SuppressPrefixLength => rule with { SuppressPrefixLength = attribute.S32() },
        RuleAttribute.Table => rule with { Table = attribute.U32() },
        RuleAttribute.L3Mdev => rule with { L3Mdev = attribute.U8() != 0 },
        RuleAttribute.UidRange => rule with { Uids = UidRange(attribute.Struct(8)) },
        RuleAttribute.Protocol => rule with { Protocol = attribute.U8() },
        RuleAttribute.IpProtocol => rule with { IpProtocol = attribute.U8() },
        RuleAttribute.SourcePortRange => rule with { SourcePorts = PortRange(attribute.Struct(4)) },
        RuleAttribute.DestinationPortRange => rule with { DestinationPorts = PortRange(attribute.Struct(4)) },
        RuleAttribute.SourcePortMask => rule with { SourcePortMask = attribute.U16() },
        RuleAttribute.DestinationPortMask => rule with { DestinationPortMask = attribute.U16() },
        RuleAttribute.Dscp => rule with { Dscp = attribute.U8() },
        RuleAttribute.DscpMask => rule with { DscpMask = attribute.U8() },
        RuleAttribute.FlowLabel => rule with { FlowLabel = BinaryPrimitives.ReverseEndianness(attribute.U32()) },
        RuleAttribute.FlowLabelMask => rule with { FlowLabelMask = BinaryPrimitives.ReverseEndianness(attribute.U32()) },
        > RuleAttribute.Highest => rule with { UnknownAttributes = [.. rule.UnknownAttributes, attribute.Raw()] },
        _ => rule,
    };

    private static RuleRange? UidRange(ReadOnlySpan<byte> value) =>
        value.IsEmpty ? null : new RuleRange(MemoryMarshal.Read<uint>(value), MemoryMarshal.Read<uint>(value[4..]));

    private static RuleRange? PortRange(ReadOnlySpan<byte> value) =>
        value.IsEmpty ? null : new RuleRange(MemoryMarshal.Read<ushort>(value), MemoryMarshal.Read<ushort>(value[2..]));

    private static UInt128 Address(ReadOnlySpan<byte> value, byte family) =>
        value.Length * 8 == IpBits.Width(family)
            ? IpBits.From(value)
            : throw new NetlinkDecodeException($"an address of {value.Length} bytes in family {family}");
}
