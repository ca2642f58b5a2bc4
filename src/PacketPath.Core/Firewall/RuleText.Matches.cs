using System.Text;
using PacketPath.Netlink.Nftables;
using PacketPath.Netlink.Nftables.Expressions;

namespace PacketPath.Firewall;

/// <content>Tests: comparisons, ranges, lookups.</content>
internal sealed partial class RuleText
{
    /// <summary>A lower bound just written, which an upper bound may turn into a range.</summary>
    private (int Statement, Term Term, byte[] Value)? _lowerBound;

    private void Compare(CompareExpression compare)
    {
        var data = compare.Data.Value;
        var term = Get(compare.Source, data.Length);
        if (compare.Operator == CompareOperator.LessOrEqual
            && _lowerBound is { } lower && lower.Statement == _statements.Count - 1 && ReferenceEquals(lower.Term, term))
        {
            _statements[^1] = $"{term.Text} {Value(term, lower.Value)}-{Value(term, data)}";
            _lowerBound = null;
            return;
        }

        switch (term)
        {
            case PlaceTerm place when compare.Operator is CompareOperator.Equal or CompareOperator.NotEqual:
                ComparePlace(place, compare.Operator, data);
                break;
            case MaskedTerm masked when compare.Operator is CompareOperator.Equal or CompareOperator.NotEqual:
                CompareMasked(masked, compare.Operator, data);
                break;
            default:
                Match(term, compare.Operator, data);
                break;
        }

        _lowerBound = compare.Operator == CompareOperator.GreaterOrEqual ? (_statements.Count - 1, term, data) : null;
    }

    /// <summary>Writes one comparison, and learns from it.</summary>
    private void Match(Term term, CompareOperator comparison, byte[] data)
    {
        _dependencies.Use(term);
        var sign = comparison switch
        {
            CompareOperator.Equal => term.IsOperation || (term.Type.Form is NftForm.Flags && Parts(term) == 1) ? "== " : "",
            CompareOperator.NotEqual => "!= ",
            CompareOperator.Less => "< ",
            CompareOperator.LessOrEqual => "<= ",
            CompareOperator.Greater => "> ",
            _ => ">= ",
        };
        _statements.Add($"{term.Text} {sign}{Value(term, data)}");
        Learn(term, comparison, data);
    }

    private static int Parts(Term term) => term.Parts.Count;

    private void Learn(Term term, CompareOperator comparison, byte[] data)
    {
        if (comparison == CompareOperator.Equal && term is NamedTerm or FieldTerm { Shift: 0 })
        {
            var value = NftType.Number(NftType.BigEndian(data, term.HostOrder));
            _protocols.Learn(term, value);
            _dependencies.Store(term, value);
        }
    }

    /// <summary>Compares bytes that are not exactly one field: the start of one, or several at once.</summary>
    private void ComparePlace(PlaceTerm place, CompareOperator comparison, byte[] data)
    {
        if (place.Place.Template is { } template && !ReferenceEquals(template, HeaderTemplates.Transport) && data.Length * 8 == place.Length)
        {
            if (template.FindLonger(place.Offset, place.Length) is { Type.HasPrefixes: true } longer)
            {
                var padded = new byte[longer.Length / 8];
                data.CopyTo(padded, 0);
                var field = new FieldTerm(place.Place, longer, place.Offset, longer.Length);
                _dependencies.Use(field);
                _statements.Add($"{field.Text} {(comparison == CompareOperator.NotEqual ? "!= " : "")}{Value(field, padded)}/{place.Length}");
                return;
            }

            if (Expand(template, place) is { } fields)
            {
                var start = 0;
                foreach (var field in fields)
                {
                    Match(field, comparison, data[start..(start + field.Bytes)]);
                    start += field.Bytes;
                }

                return;
            }
        }

        Match(place, comparison, data);
    }

    private List<FieldTerm>? Expand(HeaderTemplate template, PlaceTerm place)
    {
        var fields = new List<FieldTerm>();
        for (var offset = place.Offset; offset < place.Offset + place.Length;)
        {
            var rest = place.Offset + place.Length - offset;
            if (template.FindStart(offset, rest) is not { } field || field.Length % 8 != 0)
            {
                return null;
            }

            fields.Add(new FieldTerm(place.Place, field, offset, field.Length));
            offset += field.Length;
        }

        return fields.Count > 1 ? fields : null;
    }

    private void CompareMasked(MaskedTerm masked, CompareOperator comparison, byte[] data)
    {
        _dependencies.Use(masked);
        var isEqual = comparison == CompareOperator.Equal;
        var sign = isEqual ? "" : "!= ";
        var inner = masked.Inner.Text;
        if (BitText.IsZero(masked.Xor) && masked.Mask.Length == data.Length)
        {
            if (masked.Type.Form is NftForm.Flags or NftForm.LabelBits)
            {
                var mask = Value(masked, masked.Mask);
                _statements.Add(BitText.IsZero(data)
                    ? $"{inner} {(isEqual ? "! " : "")}{mask}"
                    : $"{inner} {sign}{Value(masked, data)} / {mask}");
                return;
            }

            var length = masked.Type.HasPrefixes ? BitText.PrefixLength(NftType.BigEndian(masked.Mask, masked.HostOrder)) : null;
            if (length is not null)
            {
                _statements.Add($"{inner} {sign}{Value(masked, data)}/{length}");
                return;
            }
        }

        _statements.Add($"{masked.Text} {(isEqual ? "==" : "!=")} {Value(masked, data)}");
    }

    private void Range(RangeExpression range)
    {
        var term = Get(range.Source, range.From.Value.Length);
        _dependencies.Use(term);
        _statements.Add($"{term.Text} {(range.Inverted ? "!= " : "")}{Value(term, range.From.Value)}-{Value(term, range.To.Value)}");
    }

    private void Lookup(LookupExpression lookup)
    {
        var set = _table.Set(lookup.Set);
        var term = Get(lookup.Source, set?.Message.KeyLength ?? 1);
        var reference = Reference(lookup.Set, set, term);
        if (lookup.Destination is not { } destination)
        {
            _dependencies.Use(term);
            _statements.Add($"{term.Text} {(lookup.Inverted ? "!= " : term.IsOperation ? "== " : "")}{reference}");
        }
        else if (destination == NftRegister.Verdict)
        {
            _dependencies.Use(term);
            _verdict ??= "vmap";
            _statements.Add($"{term.Text} vmap {reference}");
            NoteJumps(set);
        }
        else
        {
            var data = set is null ? [NftType.Raw] : NftType.Parts(set.Message.DataType);
            Load(destination, new MapTerm(term, $"{term.Text} map {reference}", data, set?.Message.DataLength ?? 4));
        }
    }

    private void NoteJumps(SetDefinition? set)
    {
        foreach (var element in set?.Elements ?? [])
        {
            if (element.Data.Verdict?.Chain is { } chain)
            {
                Jump(chain);
            }
        }
    }

    /// <summary>A set as a rule refers to it: by name, or its elements in braces.</summary>
    private string Reference(string name, SetDefinition? set, Term? term)
    {
        if (set is null || !set.IsAnonymous)
        {
            if (!_sets.Contains(name))
            {
                _sets.Add(name);
            }

            return "@" + name;
        }

        NftType[] key = term is null ? NftType.Parts(set.Message.KeyType) : [.. term.Parts.Select(static part => part.Type)];
        bool? hostOrder = term is null || key.Length > 1 ? null : term.HostOrder && !term.Type.IsText;
        var shift = term is FieldTerm field ? field.Shift : 0;
        var data = NftType.Parts(set.Message.DataType);
        return $"{{ {string.Join(", ", _values.Elements(set, key, data, hostOrder, shift))} }}";
    }

    /// <summary>A constant as the term it is compared with has it.</summary>
    private string Value(Term term, byte[] data)
    {
        switch (term)
        {
            case ConcatenatedTerm concatenated:
                return _values.Value([.. concatenated.Parts.Select(static part => part.Type)], data);
            case FieldTerm { Shift: > 0 } shifted:
                data = BitText.ShiftRight(data, shifted.Shift, (shifted.Field.Length + 7) / 8);
                break;
            case { Type.Id: 41 } when data.Length < 16 && data.Length > 0 && data[^1] != 0:
                return $"\"{DisplayText.Clean(Encoding.UTF8.GetString(data))}*\"";
            case { Type.IsText: true }:
                break;
            default:
                data = NftType.BigEndian(data, term.HostOrder);
                break;
        }

        var text = new StringBuilder();
        term.Type.Write(text, data, _names);
        return text.ToString();
    }
}
