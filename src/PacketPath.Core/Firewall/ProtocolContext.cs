using PacketPath.Netlink.Nftables;
using PacketPath.Netlink.Nftables.Expressions;

namespace PacketPath.Firewall;

/// <summary>Which headers the packet must have by what the rule tested so far.</summary>
internal sealed class ProtocolContext
{
    private const int EtherBits = 112;
    private const int VlanBits = 32;

    private int _tags;

    /// <summary>Starts with what the table's family says.</summary>
    public ProtocolContext(byte family)
    {
        Link = family is NftFamily.Bridge or NftFamily.Netdev ? HeaderTemplates.Ether : null;
        Network = family switch
        {
            NftFamily.IPv4 => HeaderTemplates.IPv4,
            NftFamily.IPv6 => HeaderTemplates.IPv6,
            NftFamily.Arp => HeaderTemplates.Arp,
            _ => null,
        };
    }

    public HeaderTemplate? Link { get; private set; }

    public HeaderTemplate? Network { get; private set; }

    public HeaderTemplate? Transport { get; private set; }

    /// <summary>The ICMP type tested for; null where none was.</summary>
    public ulong? IcmpType { get; private set; }

    /// <summary>The header a load reads.</summary>
    public HeaderPlace Place(PayloadBase header, int offsetBits) => header switch
    {
        PayloadBase.Link when _tags > 0 && offsetBits >= EtherBits =>
            new HeaderPlace(header, HeaderTemplates.Vlan, EtherBits + ((_tags - 1) * VlanBits)),
        PayloadBase.Link => new HeaderPlace(header, Link, 0),
        PayloadBase.Network => new HeaderPlace(header, Network, 0),
        PayloadBase.Transport => new HeaderPlace(header, Transport ?? HeaderTemplates.Transport, 0),
        _ => new HeaderPlace(header, null, 0),
    };

    /// <summary>Learns from a test for equality.</summary>
    public void Learn(Term term, ulong value)
    {
        switch (term)
        {
            case NamedTerm { Meta: MetaKey.NfProto }:
                Network = value == NftFamily.IPv4 ? HeaderTemplates.IPv4 : value == NftFamily.IPv6 ? HeaderTemplates.IPv6 : Network;
                break;
            case NamedTerm { Meta: MetaKey.Protocol }:
                LearnEtherType(value);
                break;
            case NamedTerm { Meta: MetaKey.L4Proto }:
                Transport = HeaderTemplates.OfProtocol(value);
                break;
            case NamedTerm { Meta: MetaKey.IifType } when value == 1:
                Link = HeaderTemplates.Ether;
                break;
            case FieldTerm { IsProtocol: true } field when ((HeaderPlace)field.Place).Base == PayloadBase.Link:
                LearnEtherType(value);
                break;
            case FieldTerm { IsProtocol: true }:
                Transport = HeaderTemplates.OfProtocol(value);
                break;
            case FieldTerm { Field.Name: "type", Place: HeaderPlace { Base: PayloadBase.Transport } }:
                IcmpType = value;
                break;
        }
    }

    /// <summary>The field at a place of a header. What an ICMP header holds there depends on the type tested for.</summary>
    public HeaderField? Find(IPlace place, int offset, int length)
    {
        if (place.Template is not { } template)
        {
            return null;
        }

        var wanted = (template.Name, IcmpType, offset, length) switch
        {
            ("icmp", 3, 48, 16) => "mtu",
            ("icmp", 5, 32, 32) => "gateway",
            ("icmpv6", 2, 32, 32) => "mtu",
            ("icmpv6", 130, 32, 16) => "max-delay",
            _ => null,
        };
        return wanted is null ? template.Find(offset, length) : Array.Find(template.Fields, field => field.Name == wanted);
    }

    private void LearnEtherType(ulong value)
    {
        var next = HeaderTemplates.OfEtherType(value);
        if (ReferenceEquals(next, HeaderTemplates.Vlan))
        {
            _tags++;
        }
        else if (next is not null)
        {
            Network = next;
        }
    }
}
