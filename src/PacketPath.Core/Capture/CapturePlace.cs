using PacketPath.HostState;

namespace PacketPath.Capture;

/// <summary>Where a capture stands: the interface it names, and how that interface's own packets are told from others'.</summary>
internal sealed class CapturePlace : IDisposable
{
    private readonly InterfaceNames? _names;
    private readonly PacketInterface? _interface;

    private CapturePlace(PacketInterface? only, InterfaceNames? names)
    {
        _interface = only;
        _names = names;
    }

    /// <summary>A recorded capture, which names no interface.</summary>
    public static CapturePlace Recorded { get; } = new(null, null);

    /// <summary>The index of the one interface; 0 where there is none.</summary>
    public int Index => _interface?.InterfaceIndex ?? 0;

    /// <summary>One interface.</summary>
    public static CapturePlace On(PacketInterface one) => new(one, null);

    /// <summary>All interfaces: the packets tell which.</summary>
    public static CapturePlace Everywhere(InterfaceNames names) => new(null, names);

    /// <summary>The interface's name; null where nobody knows it.</summary>
    public string? NameOf(int index) => _interface?.InterfaceAlias ?? (index == 0 ? null : _names?.Name(index));

    /// <summary>The way a packet crossed. A capture on one Ethernet interface does not say: its own address does.</summary>
    public PacketDirection DirectionOf(in DecodedPacket packet) => packet.PacketType switch
    {
        PacketType.Outgoing => PacketDirection.Outgoing,
        PacketType.OtherHost => PacketDirection.Passing,
        PacketType.Host or PacketType.Broadcast or PacketType.Multicast => PacketDirection.Incoming,
        _ => ByAddress(packet),
    };

    private PacketDirection ByAddress(in DecodedPacket packet)
    {
        if (_interface?.LinkLayerAddress is not { } own || packet.LinkSource.Length == 0)
        {
            return PacketDirection.Unknown;
        }

        var isForMe = packet.LinkDestination.ToString() == own;
        return packet.LinkSource.ToString() == own && !isForMe ? PacketDirection.Outgoing
            : isForMe || packet.LinkDestination.IsGroup ? PacketDirection.Incoming
            : PacketDirection.Passing;
    }

    /// <inheritdoc/>
    public void Dispose() => _names?.Dispose();
}
