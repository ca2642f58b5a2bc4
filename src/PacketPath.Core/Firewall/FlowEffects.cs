using System.Buffers.Binary;
using System.Net;
using PacketPath.Netlink.Nftables;
using PacketPath.Netlink.Nftables.Expressions;

namespace PacketPath.Firewall;

/// <summary>What a rule does to the packet besides deciding on it: marks, address translation, diversion.</summary>
internal sealed class FlowEffects(FlowState state, string hook, string chainType)
{
    /// <summary>A mark is set from a register.</summary>
    public void Mark(FlowBits value, bool isCertain) => state.SetMark(value, isCertain && state.IsCertain, chainType == "route");

    /// <summary>The connection's mark is set from a register.</summary>
    public void ConntrackMark(FlowBits value, bool isCertain) => state.SetConntrackMark(value, isCertain && state.IsCertain);

    /// <summary>The packet is kept from connection tracking.</summary>
    public void Untrack(bool isCertain) => state.Untrack(isCertain && state.IsCertain);

    /// <summary>Addresses and ports are rewritten.</summary>
    public void Translate(NatExpression nat, Func<uint, int, FlowBits> load, byte family, bool isCertain)
    {
        if (nat.Kind == NatKind.TransparentProxy)
        {
            // A socket of this host takes the packet, whoever it is for.
            state.IsDiverted = true;
            return;
        }

        var isWhole = isCertain && state.IsCertain && !nat.Flags.HasFlag(NatFlag.Netmap);
        var width = (nat.Family == NftFamily.Unspecified ? family : nat.Family) == NftFamily.IPv6 ? 16 : 4;
        var address = nat.Kind == NatKind.Redirect && hook == "output"
            ? width == 16 ? IPAddress.IPv6Loopback : IPAddress.Loopback
            : Known(nat.AddressMin, nat.AddressMax, width) is { } bytes ? new IPAddress(bytes) : null;
        var port = Known(nat.PortMin, nat.PortMax, sizeof(ushort)) is { } number ? BinaryPrimitives.ReadUInt16BigEndian(number) : (int?)null;
        state.Translate(
            nat.Kind, hook, isWhole ? address : null, nat.AddressMin is not null || nat.Kind == NatKind.Redirect || !isCertain,
            isWhole ? port : null, nat.PortMin is not null || !isCertain);

        byte[]? Known(uint? from, uint? to, int length)
        {
            if (from is not { } register || load(register, length) is not { IsKnown: true } first)
            {
                return null;
            }

            return to is null || to == from || (load(to.Value, length) is { IsKnown: true } last && last.Value.AsSpan().SequenceEqual(first.Value)) ? first.Value : null;
        }
    }

    /// <summary>What a target of xtables does: marks are followed, what is rewritten is no longer known.</summary>
    /// <returns>The verdict it gives; null for none.</returns>
    public NftVerdict? Target(XtExpression xt, bool isCertain)
    {
        var info = new XtInfo(xt.Info);
        switch (xt.Extension)
        {
            case "MARK" when xt.Revision == 2:
                Mark(Masked(state.Mark, info.U32(0), info.U32(4)), isCertain);
                return null;
            case "CONNMARK" when info.U8(12) == 0:
                ConntrackMark(Masked(state.ConntrackMark, info.U32(0), info.U32(4)), isCertain);
                return null;
            case "CONNMARK" when info.U8(12) == 1 && info.U32(4) == uint.MaxValue && info.U32(8) == uint.MaxValue:
                ConntrackMark(state.Mark, isCertain);
                return null;
            case "CONNMARK" when info.U8(12) == 2 && info.U32(4) == uint.MaxValue && info.U32(8) == uint.MaxValue:
                Mark(state.ConntrackMark, isCertain);
                return null;
            case "MARK" or "CONNMARK":
                Mark(state.Mark, isCertain: false);
                ConntrackMark(state.ConntrackMark, isCertain: false);
                return null;
            case "NOTRACK" or "CT":
                Untrack(isCertain && (xt.Extension == "NOTRACK" || (info.U16(0) & 1) != 0));
                return null;
            case "DNAT" or "REDIRECT":
                state.Translate(NatKind.Destination, hook, null, hasAddress: true, null, hasPort: true);
                return new NftVerdict(NftVerdictCode.Accept, null);
            case "SNAT" or "MASQUERADE":
                state.Translate(NatKind.Masquerade, hook, null, hasAddress: true, null, hasPort: true);
                return new NftVerdict(NftVerdictCode.Accept, null);
            case "TPROXY":
                state.IsDiverted = true;
                return null;
            case "NFQUEUE":
                return new NftVerdict(NftVerdictCode.Queue, null);
            default:
                return null;
        }
    }

    /// <summary>The flow may go past the hooks from its second packet on.</summary>
    public void Offload()
    {
        if (state.ConntrackState is not "new")
        {
            state.IsDiverted = true;
        }
    }

    // MARK: the bits of the mask are cleared, then the mark is mixed in by exclusive or.
    private static FlowBits Masked(FlowBits old, uint mark, uint mask)
    {
        var marks = BitConverter.GetBytes(mark);
        var masks = BitConverter.GetBytes(mask);
        var result = FlowBits.Unknown(marks.Length);
        for (var i = 0; i < marks.Length; i++)
        {
            result.Known[i] = (byte)(old.Known[i] | masks[i]);
            result.Value[i] = (byte)(((old.Value[i] & ~masks[i]) ^ marks[i]) & result.Known[i]);
        }

        return result;
    }
}
