using System.Text;
using PacketPath.Netlink.Nftables.Expressions;

namespace PacketPath.Firewall;

/// <content>Bit operations, and what they are when they pick a field out of a byte.</content>
internal sealed partial class RuleText
{
    private void Bitwise(BitwiseExpression bitwise)
    {
        var inner = Get(bitwise.Source, (int)Math.Min(bitwise.Length, 64));
        Load(bitwise.Destination, bitwise.Operator switch
        {
            BitwiseOperator.MaskXor => Mask(inner, bitwise.Mask.Value, bitwise.Xor.Value),
            BitwiseOperator.ShiftLeft or BitwiseOperator.ShiftRight => Shift(inner, bitwise),
            _ => Combine(inner, bitwise),
        });
    }

    private Term Mask(Term inner, byte[] mask, byte[] xor)
    {
        if (mask.Length == 0 || mask.Length != xor.Length || (BitText.IsOnes(mask) && BitText.IsZero(xor)))
        {
            return inner;
        }

        if (BitText.IsZero(xor) && SubField(inner, mask) is { } field)
        {
            return field;
        }

        return new MaskedTerm(inner, mask, xor, MaskWords(inner, mask, xor));
    }

    /// <summary>The field that a mask cuts out; null where there is none.</summary>
    private FieldTerm? SubField(Term inner, byte[] mask)
    {
        var (place, offset, length) = inner switch
        {
            PlaceTerm term => (term.Place, term.Offset, term.Length),
            FieldTerm term => (term.Place, term.Offset, term.Length),
            _ => (null!, 0, 0),
        };
        if (place is null || mask.Length * 8 != length || BitText.Run(mask) is not { } run)
        {
            return null;
        }

        return _protocols.Find(place, offset + run.Leading, run.Ones) is { } field && field.Length < length
            ? new FieldTerm(place, field, offset, length) { Shift = run.Trailing }
            : null;
    }

    /// <summary>The operation apart into and, xor, or: what is masked out and flipped is set.</summary>
    private string MaskWords(Term inner, byte[] mask, byte[] xor)
    {
        var and = new byte[mask.Length];
        var flip = new byte[mask.Length];
        var or = new byte[mask.Length];
        for (var i = 0; i < mask.Length; i++)
        {
            or[i] = (byte)(~mask[i] & xor[i]);
            flip[i] = (byte)(xor[i] & mask[i]);
            and[i] = (byte)(mask[i] | or[i]);
        }

        var text = new StringBuilder(inner.Text);
        Append(" & ", and, BitText.IsOnes(and));
        Append(" ^ ", flip, BitText.IsZero(flip));
        Append(" | ", or, BitText.IsZero(or));
        return text.ToString();

        void Append(string sign, byte[] value, bool isNothing)
        {
            if (isNothing)
            {
                return;
            }

            var words = Value(inner, value);
            var isList = inner.Type.Form == NftForm.Flags && words.Contains(',', StringComparison.Ordinal);
            text.Append(sign).Append(isList ? $"({words.Replace(",", " | ", StringComparison.Ordinal)})" : words);
        }
    }

    private static Term Shift(Term inner, BitwiseExpression bitwise)
    {
        var bits = bitwise.Data.Value.Length == 4 ? BitConverter.ToInt32(bitwise.Data.Value) : 0;
        if (bitwise.Operator == BitwiseOperator.ShiftRight && inner is FieldTerm { Shift: > 0 } field && field.Shift == bits)
        {
            return field with { Shift = 0, Length = field.Field.Length };
        }

        return new ShiftedTerm(inner, $"{inner.Text} {(bitwise.Operator == BitwiseOperator.ShiftLeft ? "<<" : ">>")} {bits}");
    }

    private MaskedTerm Combine(Term inner, BitwiseExpression bitwise)
    {
        var sign = bitwise.Operator switch { BitwiseOperator.And => "&", BitwiseOperator.Or => "|", _ => "^" };
        var other = bitwise.Source2 is { } register
            ? Get(register, (int)Math.Min(bitwise.Length, 64)).Text
            : Value(inner, bitwise.Data.Value);
        return new MaskedTerm(inner, [], [], $"{inner.Text} {sign} {other}");
    }

    /// <summary>A term to be stored into something of another type: constants take that type.</summary>
    private string Words(Term value, Term target)
    {
        if (value is ConstantTerm constant)
        {
            return Value(target, constant.Value);
        }

        _dependencies.Use(value);
        return value.Text;
    }

    private void Set(NamedTerm target, uint source) =>
        _statements.Add($"{target.Text} set {Words(Get(source, target.Bytes), target)}");

    private void StorePayload(PayloadExpression payload)
    {
        var target = Place(payload);
        var value = Get(payload.Source ?? 0, target.Bytes);
        if (value is MaskedTerm { Inner: PlaceTerm or FieldTerm } masked && masked.Mask.Length == target.Bytes)
        {
            // Fields narrower than what can be stored: the bits kept around them are no part of the rule.
            byte[] kept = [.. masked.Mask.Select(static part => (byte)~part)];
            if (SubField(new PlaceTerm(PlaceOf(masked.Inner), OffsetOf(masked.Inner), masked.Mask.Length * 8), kept) is { } field)
            {
                _dependencies.Use(field);
                _statements.Add($"{field.Text} set {Value(field with { Shift = field.Shift }, ShiftedValue(field, masked.Xor))}");
                return;
            }
        }

        _dependencies.Use(target);
        _statements.Add($"{target.Text} set {Words(value, target)}");
    }

    private static byte[] ShiftedValue(FieldTerm field, byte[] value) =>
        field.Shift > 0 ? value : BitText.ShiftRight(value, 0, (field.Field.Length + 7) / 8);

    private static IPlace PlaceOf(Term term) => term is PlaceTerm place ? place.Place : ((FieldTerm)term).Place;

    private static int OffsetOf(Term term) => term is PlaceTerm place ? place.Offset : ((FieldTerm)term).Offset;
}
