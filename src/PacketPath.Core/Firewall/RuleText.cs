using PacketPath.Netlink.Nftables;
using PacketPath.Netlink.Nftables.Expressions;

namespace PacketPath.Firewall;

/// <summary>A rule in words, and what it refers to.</summary>
internal sealed record RuleReading
{
    public string Text { get; init; } = "";

    /// <summary>The last verdict's word; null where the rule has none.</summary>
    public string? Verdict { get; init; }

    /// <summary>The counter; null where the rule has none.</summary>
    public CounterExpression? Counter { get; init; }

    /// <summary>The comment an xtables match carries; null where there is none.</summary>
    public string? Comment { get; init; }

    public string[] Sets { get; init; } = [];

    public string[] Objects { get; init; } = [];

    public string[] JumpTargets { get; init; } = [];
}

/// <summary>
/// Turns expressions back into the text of nft. It follows what each register holds, so that a test reads <c>tcp dport 22</c> and not
/// <c>two bytes of the transport header</c>. One instance reads one rule.
/// </summary>
internal sealed partial class RuleText
{
    private readonly byte _family;
    private readonly INftTable _table;
    private readonly INftNames _names;
    private readonly SetText _values;
    private readonly ProtocolContext _protocols;
    private readonly RuleDependencies _dependencies;
    private readonly List<string?> _statements = [];
    private readonly Term?[] _registers = new Term?[NftRegister.Slots];
    private readonly List<string> _sets = [];
    private readonly List<string> _objects = [];
    private readonly List<string> _jumps = [];
    private CounterExpression? _counter;
    private string? _verdict;
    private string? _comment;

    private RuleText(byte family, INftTable table, INftNames names)
    {
        _family = family;
        _table = table;
        _names = names;
        _values = new SetText(names);
        _protocols = new ProtocolContext(family);
        _dependencies = new RuleDependencies(family, _statements);
    }

    /// <summary>Reads a rule.</summary>
    /// <param name="family">The table's family.</param>
    /// <param name="expressions">The rule's expressions.</param>
    /// <param name="table">What else the table holds.</param>
    /// <param name="names">Names that only the host knows.</param>
    /// <param name="comment">The rule's comment.</param>
    public static RuleReading Read(
        byte family, ReadOnlySpan<NftExpression> expressions, INftTable table, INftNames names, string? comment = null)
    {
        var rule = new RuleText(family, table, names);
        foreach (var expression in expressions)
        {
            rule.Add(expression);
        }

        if (comment is not null)
        {
            rule._statements.Add($"comment \"{comment}\"");
        }

        return new RuleReading
        {
            Text = string.Join(' ', rule._statements.Where(static statement => statement is not null)),
            Verdict = rule._verdict,
            Counter = rule._counter,
            Comment = rule._comment,
            Sets = [.. rule._sets],
            Objects = [.. rule._objects],
            JumpTargets = [.. rule._jumps],
        };
    }

    private void Add(NftExpression expression)
    {
        switch (expression)
        {
            case PayloadExpression { Destination: { } destination } payload:
                Load(destination, Place(payload));
                break;
            case PayloadExpression payload:
                StorePayload(payload);
                break;
            case MetaExpression { Destination: { } destination } meta:
                Load(destination, KeyNames.Meta(meta.Key));
                break;
            case MetaExpression meta:
                Set(KeyNames.Meta(meta.Key), meta.Source ?? 0);
                break;
            case ConntrackExpression { Destination: { } destination } ct:
                Load(destination, KeyNames.Conntrack(ct.Key, ct.Direction, _family));
                break;
            case ConntrackExpression ct:
                Set(KeyNames.Conntrack(ct.Key, ct.Direction, _family), ct.Source ?? 0);
                break;
            case CompareExpression compare:
                Compare(compare);
                break;
            case RangeExpression range:
                Range(range);
                break;
            case LookupExpression lookup:
                Lookup(lookup);
                break;
            case BitwiseExpression bitwise:
                Bitwise(bitwise);
                break;
            case ByteOrderExpression order:
                Load(order.Destination, Get(order.Source, (int)order.Length) with { HostOrder = order.Operation == 0 });
                break;
            case ImmediateExpression immediate:
                Immediate(immediate);
                break;
            case FibExpression fib:
                Load(fib.Destination, KeyNames.Fib(fib));
                break;
            case RouteExpression route:
                Load(route.Destination, KeyNames.Route(route.Key));
                break;
            case SocketExpression socket:
                Load(socket.Destination, KeyNames.Socket(socket));
                break;
            case IpsecExpression ipsec:
                Load(ipsec.Destination, KeyNames.Ipsec(ipsec));
                break;
            case OsFingerprintExpression osf:
                Load(osf.Destination, OsFingerprint(osf));
                break;
            case NumberGeneratorExpression generator:
                Load(generator.Destination, Generator(generator));
                break;
            case HashExpression hash:
                Load(hash.Destination, Hash(hash));
                break;
            case ExtensionHeaderExpression header:
                ExtensionHeader(header);
                break;
            default:
                AddStatement(expression);
                break;
        }
    }

    private void Load(uint register, Term term)
    {
        var slot = NftRegister.Slot(register);
        if (slot >= 0)
        {
            _registers[slot] = term;
        }
    }

    /// <summary>What a register holds; several terms where one alone is too short.</summary>
    private Term Get(uint register, int bytes)
    {
        var slot = NftRegister.Slot(register);
        if (slot < 0 || _registers[slot] is not { } first)
        {
            return new NamedTerm($"[register {register}]", NftType.Raw, bytes, false);
        }

        if (first.Slots * 4 >= bytes || first is MapTerm)
        {
            return first;
        }

        var terms = new List<Term>();
        for (var rest = bytes; rest > 0 && slot < _registers.Length && _registers[slot] is { } term; rest -= term.Slots * 4, slot += term.Slots)
        {
            terms.Add(term);
        }

        return terms.Count == 1 ? first : new ConcatenatedTerm([.. terms]);
    }

    private Term Place(PayloadExpression payload)
    {
        if (payload.Offset > ushort.MaxValue || payload.Length > 64)
        {
            return new NamedTerm("[payload]", NftType.Raw, 4, false);
        }

        var place = _protocols.Place(payload.Base, (int)payload.Offset * 8);
        return Field(place, ((int)payload.Offset * 8) - place.Origin, (int)payload.Length * 8);
    }

    private Term Field(IPlace place, int offset, int length) =>
        _protocols.Find(place, offset, length) is { } field
            ? new FieldTerm(place, field, offset, length)
            : new PlaceTerm(place, offset, length);

    private void ExtensionHeader(ExtensionHeaderExpression header)
    {
        var place = new ExtensionPlace(header.Kind, header.HeaderType);
        var term = Field(place, (int)Math.Min(header.Offset, 4096) * 8, (int)Math.Min(header.Length, 64) * 8);
        if (header.Destination is { } destination)
        {
            Load(destination, header.Present ? new NamedTerm(place.Self, NftType.Boolean, 1, false) { Extension = term } : term);
        }
        else if (header.Source is { } source)
        {
            _statements.Add($"{term.Text} set {Words(Get(source, term.Bytes), term)}");
        }
        else
        {
            _statements.Add("reset " + place.Self);
        }
    }

    private void Immediate(ImmediateExpression immediate)
    {
        if (immediate.Data.Verdict is not { } verdict)
        {
            Load(immediate.Destination, new ConstantTerm(immediate.Data.Value));
            return;
        }

        _verdict = verdict.Word;
        if (verdict.Chain is { } chain)
        {
            Jump(chain);
            if (_table.InlineChain(chain) is { } rules)
            {
                _statements.Add($"{verdict.Word} {{ {string.Join("; ", rules)} }}");
                return;
            }
        }

        _statements.Add(verdict.Text);
    }

    private void Jump(string chain)
    {
        if (!_jumps.Contains(chain))
        {
            _jumps.Add(chain);
        }
    }

    private Term Generator(NumberGeneratorExpression generator)
    {
        var offset = generator.Offset == 0 ? "" : $" offset {generator.Offset}";
        return new NamedTerm($"numgen {(generator.Random ? "random" : "inc")} mod {generator.Modulus}{offset}", NftType.HostInteger, 4, true);
    }

    private Term Hash(HashExpression hash)
    {
        var offset = hash.Offset == 0 ? "" : $" offset {hash.Offset}";
        if (hash.Symmetric)
        {
            return new NamedTerm($"symhash mod {hash.Modulus}{offset}", NftType.HostInteger, 4, true);
        }

        var source = Get(hash.Source ?? 0, (int)Math.Min(hash.Length, 64));
        _dependencies.Use(source);
        var seed = hash.Seed is null or 0 ? "" : $" seed 0x{hash.Seed:x}";
        return new NamedTerm($"jhash {source.Text} mod {hash.Modulus}{seed}{offset}", NftType.HostInteger, 4, true);
    }

    private static NamedTerm OsFingerprint(OsFingerprintExpression osf)
    {
        var ttl = osf.Ttl switch { 1 => " ttl loose", 2 => " ttl skip", _ => "" };
        return new NamedTerm($"osf{ttl} {(osf.Flags == 0 ? "name" : "version")}", NftType.String, 16, false);
    }
}
