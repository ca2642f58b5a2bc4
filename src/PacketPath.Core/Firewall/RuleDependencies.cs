using PacketPath.Netlink.Nftables;
using PacketPath.Netlink.Nftables.Expressions;

namespace PacketPath.Firewall;

/// <summary>Tests nft made itself so that a later test makes sense: they go when that test follows.</summary>
internal sealed class RuleDependencies(byte family, List<string?> statements)
{
    private readonly record struct Dependency(int Statement, Term Term, ulong Value);

    private readonly Dependency?[] _byBase = new Dependency?[3];
    private Dependency? _icmpType;

    /// <summary>Remembers a test of a protocol that was just written.</summary>
    public void Store(Term term, ulong value)
    {
        PayloadBase? announced = term switch
        {
            NamedTerm { Meta: MetaKey.IifType } => PayloadBase.Link,
            NamedTerm { Meta: MetaKey.NfProto or MetaKey.Protocol } => PayloadBase.Network,
            NamedTerm { Meta: MetaKey.L4Proto } => PayloadBase.Transport,
            FieldTerm { IsProtocol: true, Place: HeaderPlace { Base: PayloadBase.Link } } =>
                Announced(value, term),
            FieldTerm { IsProtocol: true } => PayloadBase.Transport,
            _ => null,
        };
        if (term is FieldTerm { Field.Name: "type", Place: HeaderPlace { Base: PayloadBase.Transport, Template.Name: "icmp" or "icmpv6" } })
        {
            _icmpType = new Dependency(statements.Count - 1, term, value);
        }

        if (announced is { } header)
        {
            _byBase[(int)header] = new Dependency(statements.Count - 1, term, value);
        }
    }

    /// <summary>Takes away what the use of a term implies.</summary>
    public void Use(Term term)
    {
        switch (term)
        {
            case FieldTerm { Place: HeaderPlace place } field:
                Use(place, field.Field);
                break;
            case FieldTerm { Place: ExtensionPlace { Kind: ExtensionHeaderKind.IPv6 or ExtensionHeaderKind.IPv4Option } }:
                Release(PayloadBase.Network);
                break;
            case PlaceTerm { Place: ExtensionPlace { Kind: ExtensionHeaderKind.IPv6 or ExtensionHeaderKind.IPv4Option } }:
                Release(PayloadBase.Network);
                break;
            case NamedTerm { Extension: { } extension }:
                Use(extension);
                break;
            case MapTerm map:
                Use(map.Key);
                break;
            case MaskedTerm masked:
                Use(masked.Inner);
                break;
            case ShiftedTerm shifted:
                Use(shifted.Inner);
                break;
            case ConcatenatedTerm concatenated:
                foreach (var part in concatenated.Terms)
                {
                    Use(part);
                }

                break;
        }
    }

    /// <summary>Takes away the test of a header.</summary>
    public void Release(PayloadBase header)
    {
        if (_byBase[(int)header] is { } dependency)
        {
            statements[dependency.Statement] = null;
            _byBase[(int)header] = null;
        }
    }

    private void Use(HeaderPlace place, HeaderField field)
    {
        if (place.Base is PayloadBase.Inner || ReferenceEquals(place.Template, HeaderTemplates.Transport))
        {
            return;
        }

        if (_icmpType is { } icmpType && field.Name is "mtu" or "gateway" or "max-delay")
        {
            statements[icmpType.Statement] = null;
            _icmpType = null;
        }

        if (place.Base == PayloadBase.Transport)
        {
            UseIcmp(place.Template, field);
            if (_byBase[(int)PayloadBase.Transport] is { Term: FieldTerm { Place: HeaderPlace { Base: PayloadBase.Network } } }
                && family is NftFamily.Inet or NftFamily.Bridge or NftFamily.Netdev)
            {
                // It also says which of the two families the packet has.
                return;
            }
        }

        Release(place.Base);
    }

    /// <summary>Which header an Ethernet type announces. Of VLAN tags nft only implies a first one of 802.1Q.</summary>
    private static PayloadBase? Announced(ulong etherType, Term term)
    {
        const ulong dot1q = 0x8100;
        if (!ReferenceEquals(HeaderTemplates.OfEtherType(etherType), HeaderTemplates.Vlan))
        {
            return PayloadBase.Network;
        }

        return etherType == dot1q && term is FieldTerm { Place.Template: { } template } && ReferenceEquals(template, HeaderTemplates.Ether)
            ? PayloadBase.Link
            : null;
    }

    private void UseIcmp(HeaderTemplate? template, HeaderField field)
    {
        var isIcmp = ReferenceEquals(template, HeaderTemplates.Icmp);
        if ((isIcmp || ReferenceEquals(template, HeaderTemplates.Icmpv6))
            && _byBase[(int)PayloadBase.Network] is { } network
            && network.Value == (network.Term is NamedTerm { Meta: MetaKey.NfProto } ? (isIcmp ? 2ul : 10ul) : (isIcmp ? 0x0800ul : 0x86ddul)))
        {
            Release(PayloadBase.Network);
        }
    }
}
