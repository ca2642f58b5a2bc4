using System.Text;
using PacketPath.Netlink.Nftables;
using PacketPath.Netlink.Nftables.Expressions;

namespace PacketPath.Firewall;

/// <content>Address translation.</content>
internal sealed partial class RuleText
{
    private static readonly NamedTerm Port = new("", NftType.InetService, 2, false);

    private void Nat(NatExpression nat)
    {
        var text = new StringBuilder(nat.Kind switch
        {
            NatKind.Source => "snat",
            NatKind.Destination => "dnat",
            NatKind.Masquerade => "masquerade",
            NatKind.Redirect => "redirect",
            _ => "tproxy",
        });
        _verdict = text.ToString();
        var isIPv6 = (nat.Family is 0 or NftFamily.Inet ? _family : nat.Family) == NftFamily.IPv6;
        var bytes = isIPv6 ? 16 : 4;
        var address = nat.AddressMin is { } register ? Get(register, bytes) : null;
        var isMap = address is MapTerm { Data.Length: > 1 };
        var isPrefix = nat.Flags.HasFlag(NatFlag.Netmap);
        if (HasFamily(nat, isMap || isPrefix))
        {
            text.Append(isIPv6 ? " ip6" : " ip");
        }

        text.Append(isPrefix ? " prefix" : "");
        var target = Target(nat, address, bytes, isIPv6);
        text.Append(target.Length == 0 ? "" : " to " + target);
        var flags = new List<string>(3);
        AddIf(NatFlag.Random, "random");
        AddIf(NatFlag.FullyRandom, "fully-random");
        AddIf(NatFlag.Persistent, "persistent");
        text.Append(flags.Count == 0 ? "" : " " + string.Join(",", flags));
        _statements.Add(text.ToString());

        void AddIf(NatFlag flag, string word)
        {
            if (nat.Flags.HasFlag(flag))
            {
                flags.Add(word);
            }
        }
    }

    private bool HasFamily(NatExpression nat, bool isForced) => nat.Kind switch
    {
        NatKind.Source or NatKind.Destination => isForced || _family == NftFamily.Inet,
        NatKind.TransparentProxy => _family == NftFamily.Inet && nat.Family is NftFamily.IPv4 or NftFamily.IPv6,
        _ => false,
    };

    private string Target(NatExpression nat, Term? address, int bytes, bool isIPv6)
    {
        var text = new StringBuilder();
        var hasPort = nat.PortMin is not null && address is not MapTerm { Data.Length: > 1 };
        if (address is not null)
        {
            var bracket = isIPv6 && hasPort;
            AppendAddress(address);
            if (nat.AddressMax is { } max && max != nat.AddressMin && address is not MapTerm)
            {
                text.Append('-');
                AppendAddress(Get(max, bytes));
            }

            void AppendAddress(Term term)
            {
                var words = Words(term, Address(isIPv6));
                text.Append(bracket ? $"[{words}]" : words);
            }
        }

        if (hasPort)
        {
            text.Append(':').Append(PortWords(nat.PortMin!.Value));
            if (nat.PortMax is { } max && max != nat.PortMin)
            {
                text.Append('-').Append(PortWords(max));
            }
        }

        return text.ToString();

        // nft leaves the test of the protocol in place for a port taken from a map.
        string PortWords(uint register) => Get(register, 2) is ConstantTerm constant ? Value(Port, constant.Value) : Get(register, 2).Text;
    }
}
