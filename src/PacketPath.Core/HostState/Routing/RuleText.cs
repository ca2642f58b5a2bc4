using System.Globalization;
using System.Text;
using PacketPath.Netlink;
using PacketPath.Netlink.Route;
using PacketPath.Netlink.Rule;

namespace PacketPath.HostState.Routing;

/// <summary>Policy rules in the words of the public objects, and as the field writes them.</summary>
internal static class RuleText
{
    /// <summary>RTPROT_KERNEL.</summary>
    private const byte KernelProtocol = 2;

    /// <summary>Makes the public object.</summary>
    public static PolicyRule ToModel(RuleEntry rule, in ObservationStamp stamp)
    {
        var anyMark = rule.Mark is null && rule.MarkMask is null or 0;
        return new PolicyRule
        {
            ComputerName = stamp.ComputerName,
            NetNamespace = stamp.NetNamespace,
            ObservedAt = stamp.ObservedAt,
            Priority = rule.Priority,
            UnknownAttributes = rule.UnknownAttributes,
            AddressFamily = (AddressFamily)rule.Family,
            Action = rule.Action,
            Table = rule.Table == 0 ? null : IprouteNames.Tables.Name(rule.Table),
            TableId = rule.Table,
            From = Prefix(rule.Source, rule.SourceLength, rule.Family),
            To = Prefix(rule.Destination, rule.DestinationLength, rule.Family),
            Mark = anyMark ? null : rule.Mark ?? 0,
            MarkMask = anyMark ? null : rule.MarkMask ?? uint.MaxValue,
            InputInterface = rule.InputInterface,
            OutputInterface = rule.OutputInterface,
            Tos = rule.Tos != 0 ? rule.Tos : rule.Dscp is { } dscp ? dscp << 2 : null,
            IpProtocol = rule.IpProtocol == 0 ? null : IpProtocolNames.Name(rule.IpProtocol),
            SourcePort = rule.SourcePorts?.ToString(),
            DestinationPort = rule.DestinationPorts?.ToString(),
            UidRange = rule.Uids is { } uids ? $"{uids.First}-{uids.Last}" : null,
            TunnelId = rule.TunnelId == 0 ? null : (long)rule.TunnelId,
            Inverted = rule.Inverted,
            L3Mdev = rule.L3Mdev,
            SuppressPrefixLength = rule.SuppressPrefixLength < 0 ? null : rule.SuppressPrefixLength,
            SuppressInterfaceGroup = rule.SuppressInterfaceGroup < 0 ? null : rule.SuppressInterfaceGroup,
            GotoPriority = rule.GotoPriority,
            RuleProtocol = rule.Protocol is { } protocol ? IprouteNames.Protocols.Name(protocol) : null,
            Text = Write(rule),
        };
    }

    /// <summary>The rule as <c>ip rule</c> writes it, with a space where that has a tab.</summary>
    public static string Write(RuleEntry rule)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{rule.Priority}: ");
        text.Append(rule.Inverted ? "not from " : "from ").Append(Selector(rule.HasSource, rule.Source, rule.SourceLength, rule.Family));
        if (rule.HasDestination || rule.DestinationLength > 0)
        {
            text.Append(" to ").Append(Selector(rule.HasDestination, rule.Destination, rule.DestinationLength, rule.Family));
        }

        WriteSelectors(text, rule);
        WriteAction(text, rule);
        return text.ToString();
    }

    private static void WriteSelectors(StringBuilder text, RuleEntry rule)
    {
        if (rule.Tos != 0)
        {
            text.Append(" tos ").Append(TrafficClass(rule.Tos));
        }

        if (rule.Mark is not null || rule.MarkMask is not null)
        {
            text.Append(" fwmark ").Append(Hex(rule.Mark ?? 0));
            if (rule.MarkMask is { } mask and not uint.MaxValue)
            {
                text.Append('/').Append(Hex(mask));
            }
        }

        Interface(text, " iif ", rule.InputInterface, (rule.Flags & RuleFlags.InputDetached) != 0);
        Interface(text, " oif ", rule.OutputInterface, (rule.Flags & RuleFlags.OutputDetached) != 0);
        if (rule.L3Mdev)
        {
            text.Append(" lookup [l3mdev-table]");
        }

        if (rule.Uids is { } uids)
        {
            text.Append(CultureInfo.InvariantCulture, $" uidrange {uids.First}-{uids.Last}");
        }

        if (rule.IpProtocol != 0)
        {
            text.Append(" ipproto ").Append(IpProtocolNames.Name(rule.IpProtocol));
        }

        Ports(text, " sport ", rule.SourcePorts, rule.SourcePortMask);
        Ports(text, " dport ", rule.DestinationPorts, rule.DestinationPortMask);
        if (rule.TunnelId != 0)
        {
            text.Append(CultureInfo.InvariantCulture, $" tun_id {rule.TunnelId}");
        }

        if (rule.Dscp is { } dscp)
        {
            text.Append(" dscp ").Append(rule.DscpMask == 0x3f ? TrafficClass((byte)(dscp << 2)) : $"0x{dscp:x2}/0x{rule.DscpMask:x2}");
        }

        if (rule.FlowLabel is { } label)
        {
            text.Append(" flowlabel ").Append(Hex(label));
            if (rule.FlowLabelMask != 0xfffff)
            {
                text.Append('/').Append(Hex(rule.FlowLabelMask));
            }
        }
    }

    private static void WriteAction(StringBuilder text, RuleEntry rule)
    {
        if (rule.Table != 0)
        {
            text.Append(" lookup ").Append(IprouteNames.Tables.Name(rule.Table));
            if (rule.SuppressPrefixLength != -1)
            {
                text.Append(CultureInfo.InvariantCulture, $" suppress_prefixlength {rule.SuppressPrefixLength}");
            }

            if (rule.SuppressInterfaceGroup != -1)
            {
                text.Append(" suppress_ifgroup ").Append(IprouteNames.Groups.Name((uint)rule.SuppressInterfaceGroup));
            }
        }

        if (rule.Realms != 0)
        {
            var from = rule.Realms >> 16;
            text.Append(" realms ").Append(from == 0 ? "" : IprouteNames.Realms.Name(from) + "/").Append(IprouteNames.Realms.Name(rule.Realms & 0xffff));
        }

        if (rule.Action == RuleAction.Goto)
        {
            text.Append(" goto ").Append(rule.GotoPriority is { } target ? target.ToString(CultureInfo.InvariantCulture) : "none");
            text.Append((rule.Flags & RuleFlags.Unresolved) != 0 ? " [unresolved]" : "");
        }
        else if (rule.Action != RuleAction.ToTable)
        {
            text.Append(' ').Append(rule.Action.ToString().ToLowerInvariant());
        }

        if (rule.Protocol is { } protocol and not 0 and not KernelProtocol)
        {
            text.Append(" proto ").Append(IprouteNames.Protocols.Name(protocol));
        }
    }

    private static string Prefix(UInt128 bits, int length, byte family) => length == 0 ? "all" : IpBits.PrefixText(bits, length, family);

    private static string Selector(bool given, UInt128 bits, int length, byte family) =>
        !given ? length == 0 ? "all" : $"0/{length}"
        : length == IpBits.Width(family) ? IpBits.Text(bits, family)
        : IpBits.PrefixText(bits, length, family);

    private static void Interface(StringBuilder text, string word, string? name, bool detached)
    {
        if (name is not null)
        {
            text.Append(word).Append(name).Append(detached ? " [detached]" : "");
        }
    }

    private static void Ports(StringBuilder text, string word, RuleRange? ports, ushort mask)
    {
        if (ports is { } range)
        {
            text.Append(word).Append(range).Append(mask is 0 or ushort.MaxValue ? "" : "/" + Hex(mask));
        }
    }

    private static string TrafficClass(byte value)
    {
        var name = IprouteNames.TrafficClasses.Name(value);
        return char.IsAsciiDigit(name[0]) ? $"0x{value:x2}" : name;
    }

    private static string Hex(uint value) => value == 0 ? "0" : $"0x{value:x}";
}
