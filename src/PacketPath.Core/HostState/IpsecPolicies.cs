using System.Diagnostics;
using System.Globalization;
using System.Net;
using PacketPath.Interop;
using PacketPath.Netlink;
using PacketPath.Netlink.Xfrm;

namespace PacketPath.HostState;

/// <summary>The outbound IPsec policies of a namespace: which of them, if any, takes a flow off its plain path. One caller at a time.</summary>
internal sealed class IpsecPolicies : IDisposable
{
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(1);

    private readonly NetlinkSocket? _socket;
    private List<PolicyMessage> _policies = [];
    private long _read;

    private IpsecPolicies(NetlinkSocket? socket) => _socket = socket;

    /// <summary>Opens the policies in the calling thread's namespace. The kernel is not asked for what it has not loaded: that would load it.</summary>
    /// <exception cref="LinuxException">The kernel refused a socket.</exception>
    public static IpsecPolicies Open() => new(IsSpoken() ? NetlinkSocket.Open(NetlinkProtocol.Xfrm) : null);

    /// <summary>The policy that covers a flow, in the words of <c>ip xfrm</c>; null where packets go as they are.</summary>
    /// <exception cref="LinuxException">The kernel refused: EPERM without CAP_NET_ADMIN.</exception>
    /// <exception cref="NetlinkDecodeException">The kernel's answer is malformed.</exception>
    public string? Find(IpsecFlow flow, CancellationToken stop)
    {
        if (_socket is null)
        {
            return null;
        }

        if (_read == 0 || Stopwatch.GetElapsedTime(_read) > Kept)
        {
            var writer = new AttributeWriter();
            PolicyMessage.WriteDump(writer);
            _policies = _socket.Dump<PolicyMessage>(
                writer,
                static (in NetlinkMessage message) => PolicyMessage.Read(message) is { Direction: PolicyMessage.Outbound, Type: 0, InterfaceId: 0 } policy ? policy : null,
                new DumpStatus(),
                stop);
            _read = Stopwatch.GetTimestamp();
        }

        var first = First(_policies, flow);
        return first is null || (first.Action == PolicyMessage.Allow && first.Templates.Length == 0) ? null : Text(first);
    }

    /// <inheritdoc/>
    public void Dispose() => _socket?.Dispose();

    /// <summary>The policy that the kernel takes for a flow: the lowest priority, then the oldest, which the kernel hands out last.</summary>
    internal static PolicyMessage? First(IEnumerable<PolicyMessage> policies, IpsecFlow flow) =>
        policies.Where(policy => Covers(policy, flow)).Reverse().MinBy(policy => policy.Priority);

    /// <summary>A policy as <c>ip xfrm policy</c> writes it, on one line.</summary>
    internal static string Text(PolicyMessage policy)
    {
        var protocol = policy.Protocol == 0 ? "" : $" proto {ProtocolName(policy.Protocol)}";
        var port = policy.DestinationPort.Mask == 0 ? "" : $" dport {policy.DestinationPort.Port}";
        var action = policy.Action == PolicyMessage.Allow ? "" : " action block";
        var templates = string.Concat(policy.Templates.Select(t => $" tmpl proto {ProtocolName(t.Protocol)} mode {ModeName(t.Mode)}{(t.Mode == 0 ? "" : $" src {t.From} dst {t.To}")}"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"src {AddressText.Format(policy.Source)}/{policy.SourceLength} dst {AddressText.Format(policy.Destination)}/{policy.DestinationLength}{protocol}{port} dir out priority {policy.Priority}{action}{templates}");
    }

    // The kernel's own end of a netlink family is listed as soon as the family is there.
    private static bool IsSpoken()
    {
        foreach (var line in File.ReadLines("/proc/thread-self/net/netlink").Skip(1))
        {
            var fields = line.Split(' ', 4, StringSplitOptions.RemoveEmptyEntries);
            if (fields is [_, "6", ..])
            {
                return true;
            }
        }

        return false;
    }

    private static bool Covers(PolicyMessage policy, IpsecFlow flow) =>
        policy.Family == IpBits.FamilyOf(flow.Destination)
        && Matches(policy.Destination, policy.DestinationLength, flow.Destination)
        && (flow.Source is null ? policy.SourceLength == 0 : Matches(policy.Source, policy.SourceLength, flow.Source))
        && (policy.Protocol == 0 || policy.Protocol == (byte)flow.Protocol)
        && ((flow.DestinationPort ^ policy.DestinationPort.Port) & policy.DestinationPort.Mask) == 0
        && ((flow.SourcePort ^ policy.SourcePort.Port) & policy.SourcePort.Mask) == 0
        && (policy.InterfaceIndex == 0 || policy.InterfaceIndex == flow.InterfaceIndex)
        && (flow.Mark & policy.Mark.Mask) == policy.Mark.Value;

    private static bool Matches(byte[] prefix, int length, IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        for (var bit = 0; bit < length; bit += 8)
        {
            var mask = (byte)(length - bit >= 8 ? 0xff : 0xff << (8 - (length - bit)));
            if (((prefix[bit / 8] ^ bytes[bit / 8]) & mask) != 0)
            {
                return false;
            }
        }

        return true;
    }

    private static string ProtocolName(byte protocol) => protocol switch
    {
        6 => "tcp",
        17 => "udp",
        50 => "esp",
        51 => "ah",
        108 => "comp",
        _ => protocol.ToString(CultureInfo.InvariantCulture),
    };

    private static string ModeName(byte mode) => mode switch
    {
        0 => "transport",
        1 => "tunnel",
        2 => "ro",
        4 => "beet",
        5 => "iptfs",
        _ => mode.ToString(CultureInfo.InvariantCulture),
    };
}

/// <summary>A flow to look up among the IPsec policies.</summary>
internal readonly record struct IpsecFlow(IPAddress Destination, int DestinationPort, IPAddress? Source, int SourcePort, int InterfaceIndex, uint Mark)
{
    /// <summary>The transport.</summary>
    public TransportProtocol Protocol { get; init; } = TransportProtocol.Tcp;
}
