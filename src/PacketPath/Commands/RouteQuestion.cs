using System.Globalization;
using System.Net;
using PacketPath.HostState;
using PacketPath.Netlink;
using PacketPath.Targets;

namespace PacketPath.Commands;

/// <summary>A parameter that cannot be used, with the user's own text.</summary>
internal sealed class RouteQuestionException : Exception
{
    /// <summary>Creates the exception.</summary>
    public RouteQuestionException(string errorId, string target, string message, string advice)
        : base(message)
    {
        ErrorId = errorId;
        Target = target;
        Advice = advice;
    }

    /// <summary>The error's stable id.</summary>
    public string ErrorId { get; }

    /// <summary>The user's own text.</summary>
    public string Target { get; }

    /// <summary>What to do about it.</summary>
    public string Advice { get; }
}

/// <summary>What Get-PacketRoute is asked about every destination alike.</summary>
internal sealed class RouteQuestion
{
    private readonly IPAddress? _source;
    private readonly uint _mark;
    private readonly byte _tos;
    private RouteQuery? _ipv4;

    /// <summary>Reads the parameters that are text, and checks the others.</summary>
    /// <exception cref="RouteQuestionException">One of them cannot be used.</exception>
    public RouteQuestion(string? source, string? mark, string? tos, int sourcePort, int destinationPort, TransportProtocol protocol)
    {
        _source = source is null ? null : ReadAddress(source);
        _mark = mark is null ? 0 : (uint)ReadNumber(mark, uint.MaxValue, "Mark", "a firewall mark is a number of 32 bits, for example 0x1 or 100");
        _tos = tos is null ? (byte)0 : (byte)ReadNumber(tos, byte.MaxValue, "Tos", "a type of service is a number of 8 bits, for example 0x10");
        if ((_tos & 3) != 0)
        {
            throw new RouteQuestionException("InvalidTos", tos!, $"'{tos}' is not a type of service: its lowest two bits carry congestion marks.", "Use a multiple of 4, for example 0x10.");
        }

        SourcePort = ReadPort(sourcePort);
        DestinationPort = ReadPort(destinationPort);
        Protocol = protocol switch
        {
            TransportProtocol.Any or TransportProtocol.Tcp or TransportProtocol.Udp or TransportProtocol.Icmp or TransportProtocol.IcmpV6 => protocol,
            _ => throw new RouteQuestionException("UnsupportedProtocol", protocol.ToString(), $"The kernel answers no route lookup for {protocol}.", "Use Tcp, Udp, Icmp or IcmpV6."),
        };
    }

    /// <summary>The egress interface; null where any.</summary>
    public string? OutputInterface { get; init; }

    /// <summary>The ingress interface; null for a packet of this host's own.</summary>
    public string? InputInterface { get; init; }

    /// <summary>The user; null for one's own.</summary>
    public uint? Uid { get; init; }

    private int SourcePort { get; }

    private int DestinationPort { get; }

    private TransportProtocol Protocol { get; }

    /// <summary>A query that is right for every IPv4 destination but its own; null where the question makes no sense for IPv4.</summary>
    public RouteQuery? IPv4 => _ipv4 ??= (_source is null ? InputInterface is null : IpBits.FamilyOf(_source) == IpBits.IPv4)
        ? Query(IPAddress.Any, OutputInterface)
        : null;

    /// <summary>The query for one address.</summary>
    /// <param name="destination">The address.</param>
    /// <param name="target">Where it came from.</param>
    /// <exception cref="RouteQuestionException">The question makes no sense for this address.</exception>
    public RouteQuery For(IPAddress destination, Target target)
    {
        if (_source is not null && _source.AddressFamily != destination.AddressFamily)
        {
            throw new RouteQuestionException("AddressFamilyMismatch", target.Text, target.Text == destination.ToString()
                    ? $"No packet from {_source} can be sent to '{target.Text}'."
                    : $"No packet from {_source} can be sent to '{target.Text}', which is {destination}.", "Give a source address of the same family.");
        }

        if (target.Zone is { } zone && OutputInterface is { } asked && zone != asked)
        {
            throw new RouteQuestionException("ZoneMismatch", target.Text, $"'{target.Text}' names another interface than {asked}.", "Leave one of them out.");
        }

        return Query(destination, OutputInterface ?? target.Zone);
    }

    /// <summary>Refuses what the kernel would answer for a source nobody has: IPv4 packets that come in have one.</summary>
    /// <exception cref="RouteQuestionException">A source is needed, and none was given.</exception>
    public void RequireSource(IPAddress destination, Target target)
    {
        if (InputInterface is not null && _source is null && destination.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork)
        {
            throw new RouteQuestionException("SourceNeeded", target.Text, $"How a packet to '{target.Text}' that came in on {InputInterface} is routed depends on its source, and none was given.", "Give the sender's address: -SourceAddress.");
        }
    }

    private RouteQuery Query(IPAddress destination, string? outputInterface) => new()
    {
        Destination = destination,
        Source = _source,
        OutputInterface = outputInterface,
        InputInterface = InputInterface,
        Mark = _mark,
        Tos = _tos,
        Uid = Uid,
        Protocol = Protocol,
        SourcePort = SourcePort,
        DestinationPort = DestinationPort,
    };

    private static IPAddress ReadAddress(string text) =>
        TargetParser.TryParse(text, out var target, out var problem)
            ? target.Address ?? throw new RouteQuestionException("MalformedAddress", text, $"'{text}' is not an address.", "Give the source as an IPv4 or IPv6 address.")
            : throw new RouteQuestionException("MalformedAddress", text, problem.Message, problem.Advice);

    private static int ReadPort(int port) => port is >= 0 and <= ushort.MaxValue
        ? port
        : throw new RouteQuestionException("InvalidPort", port.ToString(CultureInfo.InvariantCulture), $"{port} is not a port.", "A port is a number of 1 to 65535.");

    private static ulong ReadNumber(string text, ulong highest, string parameter, string advice)
    {
        var body = text.Trim();
        var isRead = body.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? ulong.TryParse(body.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            : ulong.TryParse(body, NumberStyles.None, CultureInfo.InvariantCulture, out number);
        return isRead && number <= highest
            ? number
            : throw new RouteQuestionException("Invalid" + parameter, text, $"'{text}' cannot be used for -{parameter}: {advice}.", "Give it in decimal, or in hexadecimal after 0x.");
    }
}
