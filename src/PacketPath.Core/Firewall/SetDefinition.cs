using PacketPath.Netlink.Nftables;

namespace PacketPath.Firewall;

/// <summary>A set or map with its elements, as the kernel has it.</summary>
internal sealed class SetDefinition(SetMessage message, Func<SetElement[]> elements)
{
    private SetElement[]? _elements;

    public SetMessage Message { get; } = message;

    /// <summary>The elements; read when first asked for.</summary>
    public SetElement[] Elements => _elements ??= elements();

    public bool IsAnonymous => Message.Flags.HasFlag(NftSetFlag.Anonymous);

    public bool IsInterval => Message.Flags.HasFlag(NftSetFlag.Interval);

    public bool IsMap => Message.Flags.HasFlag(NftSetFlag.Map) || Message.Flags.HasFlag(NftSetFlag.Object);
}

/// <summary>What else of its table a rule refers to.</summary>
internal interface INftTable
{
    /// <summary>A set by name; null where there is none.</summary>
    SetDefinition? Set(string name);

    /// <summary>The rules of a chain that has no name of its own; null for any other chain.</summary>
    IReadOnlyList<string>? InlineChain(string name);
}

/// <summary>A table nothing is known of.</summary>
internal sealed class EmptyTable : INftTable
{
    public static EmptyTable Instance { get; } = new();

    public SetDefinition? Set(string name) => null;

    public IReadOnlyList<string>? InlineChain(string name) => null;
}
