namespace PacketPath.Labs;

/// <summary>A throw-away network: nodes, each a network namespace, and the links between them.</summary>
public sealed record LabTopology
{
    /// <summary>The nodes.</summary>
    public IReadOnlyList<LabNode> Nodes { get; init; } = [];

    /// <summary>The links, each a veth pair.</summary>
    public IReadOnlyList<LabLink> Links { get; init; } = [];
}

/// <summary>One node: a network namespace of its own.</summary>
public sealed record LabNode
{
    /// <summary>The node's name within the lab: letters, digits and hyphens.</summary>
    public required string Name { get; init; }

    /// <summary>True for a switch: every link that ends here is a port of one bridge, <c>br0</c>.</summary>
    public bool IsSwitch { get; init; }

    /// <summary>True where the node forwards packets, IPv4 and IPv6.</summary>
    public bool Forwarding { get; init; }

    /// <summary>The routes, each in the words that follow <c>ip route add</c>; a leading <c>-6</c> says IPv6 where the words do not.</summary>
    public IReadOnlyList<string> Routes { get; init; } = [];

    /// <summary>The policy rules, each in the words that follow <c>ip rule add</c>; a leading <c>-6</c> says IPv6.</summary>
    public IReadOnlyList<string> Rules { get; init; } = [];

    /// <summary>Kernel settings by name (<c>net.ipv4.conf.eth0.rp_filter</c>). Those that name an interface of this node are set when it is there.</summary>
    public IReadOnlyDictionary<string, string> Sysctls { get; init; } = new Dictionary<string, string>();

    /// <summary>How names are looked up in the node; null for the host's own way.</summary>
    public LabResolver? Resolver { get; init; }

    /// <summary>Commands run with <c>sh</c> in the node once links, addresses and routes stand.</summary>
    public IReadOnlyList<string> Commands { get; init; } = [];

    /// <summary>What listens on this node.</summary>
    public IReadOnlyList<LabService> Services { get; init; } = [];
}

/// <summary>One link: a veth pair between two nodes.</summary>
public sealed record LabLink
{
    /// <summary>One end.</summary>
    public required LabLinkEnd A { get; init; }

    /// <summary>The other end.</summary>
    public required LabLinkEnd B { get; init; }

    /// <summary>The MTU of both ends; null for the kernel's default.</summary>
    public int? Mtu { get; init; }
}

/// <summary>One end of a link.</summary>
public sealed record LabLinkEnd
{
    /// <summary>The node it is plugged into.</summary>
    public required string Node { get; init; }

    /// <summary>The interface's name there, at most 15 characters.</summary>
    public required string Interface { get; init; }

    /// <summary>The addresses, in CIDR form; further words go to <c>ip address add</c> (<c>fd00::1/64 nodad</c>).</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];
}
