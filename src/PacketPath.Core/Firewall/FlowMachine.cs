using PacketPath.Netlink.Nftables;
using PacketPath.Netlink.Nftables.Expressions;

namespace PacketPath.Firewall;

/// <summary>What a rule does with a flow.</summary>
/// <param name="Match">Whether the flow meets the rule.</param>
/// <param name="Verdict">The verdict where every test up to it holds or may hold; null where the rule gives none.</param>
internal readonly record struct FlowOutcome(FlowMatch Match, NftVerdict? Verdict);

/// <summary>Runs a rule's expressions on what is known of a packet. A test on something unknown neither holds nor fails.</summary>
internal sealed class FlowMachine(FlowPacket packet, Func<string, FlowSet?> sets, FlowEffects? effects = null)
{
    private const int Memory = NftRegister.Slots * 4;

    private readonly byte[] _value = new byte[Memory];
    private readonly byte[] _known = new byte[Memory];

    /// <summary>Runs a rule.</summary>
    public FlowOutcome Run(ReadOnlySpan<NftExpression> expressions)
    {
        Array.Clear(_known);
        var match = FlowMatch.Matches;
        NftVerdict? verdict = null;
        foreach (var expression in expressions)
        {
            switch (Step(expression, match == FlowMatch.Matches, ref verdict))
            {
                case false:
                    return new FlowOutcome(FlowMatch.CannotMatch, null);
                case null:
                    match = FlowMatch.Unknown;
                    break;
            }
        }

        return new FlowOutcome(match, verdict);
    }

    /// <summary>Runs one expression: whether the rule goes on; null where that cannot be known.</summary>
    private bool? Step(NftExpression expression, bool isCertain, ref NftVerdict? verdict)
    {
        switch (expression)
        {
            case PayloadExpression { Destination: { } destination } payload:
                Store(destination, packet.Load(payload));
                return true;
            case MetaExpression { Destination: { } destination } meta:
                Store(destination, packet.Meta(meta.Key));
                return true;
            case ConntrackExpression { Destination: { } destination } ct:
                Store(destination, packet.Conntrack(ct));
                return true;
            case FibExpression fib:
                Store(fib.Destination, packet.Fib(fib));
                return true;
            case MetaExpression { Source: { } source, Key: MetaKey.Mark }:
                effects?.Mark(Load(source, sizeof(uint)), isCertain);
                return true;
            case ConntrackExpression { Source: { } source, Key: ConntrackKey.Mark }:
                effects?.ConntrackMark(Load(source, sizeof(uint)), isCertain);
                return true;
            case NatExpression nat:
                effects?.Translate(nat, Load, packet.Family, isCertain);
                verdict = nat.Kind == NatKind.TransparentProxy ? verdict : new NftVerdict(NftVerdictCode.Accept, null);
                return true;
            case NoTrackExpression:
                effects?.Untrack(isCertain);
                return true;
            case FlowOffloadExpression:
                effects?.Offload();
                return true;
            case QueueExpression:
                verdict = new NftVerdict(NftVerdictCode.Queue, null);
                return true;
            case ImmediateExpression { Data.Verdict: { } given }:
                verdict = given;
                return true;
            case ImmediateExpression immediate:
                Store(immediate.Destination, FlowBits.Of(immediate.Data.Value));
                return true;
            case BitwiseExpression bitwise:
                Bitwise(bitwise);
                return true;
            case ByteOrderExpression order:
                ByteOrder(order);
                return true;
            case CompareExpression compare:
                return Compare(compare);
            case RangeExpression range:
                var within = Load(range.Source, range.From.Value.Length).Within(range.From.Value, range.To.Value);
                return range.Inverted ? !within : within;
            case LookupExpression lookup:
                return Lookup(lookup, ref verdict);
            case RejectExpression:
                verdict = new NftVerdict(NftVerdictCode.Drop, null);
                return true;
            case XtExpression { Name: "target", Extension: not "REJECT" } target:
                verdict = effects?.Target(target, isCertain) ?? verdict;
                return true;
            case XtExpression xt:
                return FlowXt.Test(xt, packet, ref verdict);
            default:
                return Other(expression);
        }
    }

    private bool? Other(NftExpression expression)
    {
        var loaded = expression switch
        {
            RouteExpression route => route.Destination,
            SocketExpression socket => socket.Destination,
            IpsecExpression ipsec => ipsec.Destination,
            OsFingerprintExpression osf => osf.Destination,
            NumberGeneratorExpression generator => generator.Destination,
            HashExpression hash => hash.Destination,
            ExtensionHeaderExpression { Destination: { } destination } => destination,
            _ => (uint?)null,
        };
        if (loaded is { } register)
        {
            Store(register, FlowBits.Unknown(16));
            return true;
        }

        return expression switch
        {
            CounterExpression or LogExpression or CopyExpression or PayloadExpression or MetaExpression
                or ConntrackExpression or LastExpression or ExtensionHeaderExpression => true,
            DynamicSetExpression { Expressions: [], ExpressionList: [], Inverted: false } => true,
            ObjectReferenceExpression { ObjectType: NftObjectType.Counter or NftObjectType.ConntrackHelper or NftObjectType.ConntrackTimeout } => true,
            _ => null,
        };
    }

    private bool? Compare(CompareExpression compare)
    {
        var data = compare.Data.Value;
        var register = Load(compare.Source, data.Length);
        if (compare.Operator is CompareOperator.Equal or CompareOperator.NotEqual)
        {
            return compare.Operator == CompareOperator.Equal ? register.Equal(data) : !register.Equal(data);
        }

        return register.Compare(data) is not { } order ? null : compare.Operator switch
        {
            CompareOperator.Less => order < 0,
            CompareOperator.LessOrEqual => order <= 0,
            CompareOperator.Greater => order > 0,
            _ => order >= 0,
        };
    }

    private bool? Lookup(LookupExpression lookup, ref NftVerdict? verdict)
    {
        var set = sets(lookup.Set);
        SetElement? element = null;
        var found = set?.Find(Load(lookup.Source, set.KeyLength), out element);
        if (lookup.Destination is not { } destination)
        {
            return lookup.Inverted ? !found : found;
        }

        if (destination != NftRegister.Verdict)
        {
            Store(destination, element is null ? FlowBits.Unknown(16) : FlowBits.Of(element.Data.Value));
        }
        else if (element?.Data.Verdict is { } given)
        {
            verdict = given;
        }

        return found;
    }

    private void Bitwise(BitwiseExpression bitwise)
    {
        var length = (int)Math.Min(bitwise.Length, 64);
        var source = Load(bitwise.Source, length);
        var mask = bitwise.Mask.Value;
        var xor = bitwise.Xor.Value;
        if (bitwise.Operator != BitwiseOperator.MaskXor || mask.Length != length || xor.Length != length)
        {
            Store(bitwise.Destination, FlowBits.Unknown(length));
            return;
        }

        var result = FlowBits.Unknown(length);
        for (var i = 0; i < length; i++)
        {
            // What is masked out is known whatever it was.
            result.Known[i] = (byte)(source.Known[i] | ~mask[i]);
            result.Value[i] = (byte)(((source.Value[i] & mask[i]) ^ xor[i]) & result.Known[i]);
        }

        Store(bitwise.Destination, result);
    }

    private void ByteOrder(ByteOrderExpression order)
    {
        var length = (int)Math.Min(order.Length, 64);
        var size = (int)order.Size;
        var bits = Load(order.Source, length);
        if (BitConverter.IsLittleEndian && size is 2 or 4 or 8)
        {
            for (var i = 0; i + size <= length; i += size)
            {
                Array.Reverse(bits.Value, i, size);
                Array.Reverse(bits.Known, i, size);
            }
        }

        Store(order.Destination, bits);
    }

    private FlowBits Load(uint register, int length)
    {
        var result = FlowBits.Unknown(length);
        var start = NftRegister.Slot(register) * 4;
        if (start >= 0)
        {
            var count = Math.Min(length, Memory - start);
            _value.AsSpan(start, count).CopyTo(result.Value);
            _known.AsSpan(start, count).CopyTo(result.Known);
        }

        return result;
    }

    /// <summary>Stores bits; the rest of the last slot becomes zero, as the kernel has it.</summary>
    private void Store(uint register, FlowBits bits)
    {
        var start = NftRegister.Slot(register) * 4;
        if (start < 0)
        {
            return;
        }

        var count = Math.Min(bits.Length, Memory - start);
        var end = Math.Min(start + ((count + 3) & ~3), Memory);
        _value.AsSpan(start, end - start).Clear();
        _known.AsSpan(start, end - start).Fill(0xff);
        bits.Value.AsSpan(0, count).CopyTo(_value.AsSpan(start));
        bits.Known.AsSpan(0, count).CopyTo(_known.AsSpan(start));
    }
}
