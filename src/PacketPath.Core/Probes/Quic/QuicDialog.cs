using PacketPath.Quic;

namespace PacketPath.Probes;

/// <summary>One side of an exchange of datagrams: says what to send, judges what comes, and does no I/O.</summary>
internal abstract class DatagramDialog
{
    /// <summary>True once nothing more is to be learned.</summary>
    public bool IsOver { get; protected set; }

    /// <summary>True where the next datagram is not to wait for its time.</summary>
    public bool IsDue { get; protected set; }

    /// <summary>The next datagram.</summary>
    public abstract byte[] Next();

    /// <summary>Takes what came; false where it is no answer to what was sent.</summary>
    public abstract bool Take(ReadOnlySpan<byte> datagram);

    /// <summary>What is sent when all is over; null for nothing.</summary>
    public virtual byte[]? Farewell() => null;
}

/// <summary>Asks for a version nobody speaks; a server of any version answers with those it speaks.</summary>
internal sealed class NegotiationDialog : DatagramDialog
{
    private readonly byte[] _serverId = QuicPackets.NewId();
    private readonly byte[] _ownId = QuicPackets.NewId();
    private readonly byte[] _packet;

    /// <summary>Makes the packet.</summary>
    public NegotiationDialog() => _packet = QuicPackets.ForceNegotiation(_serverId, _ownId);

    /// <summary>The versions offered; empty until the answer came.</summary>
    public uint[] Versions { get; private set; } = [];

    /// <inheritdoc/>
    public override byte[] Next() => _packet;

    /// <inheritdoc/>
    public override bool Take(ReadOnlySpan<byte> datagram)
    {
        // Nobody who did not see the question can give both ids back.
        if (!QuicPacket.TryRead(datagram, out var packet) || packet.Kind != QuicPacketKind.VersionNegotiation
            || !packet.DestinationId.SequenceEqual(_ownId) || !packet.SourceId.SequenceEqual(_serverId))
        {
            return false;
        }

        Versions = packet.Versions();
        IsOver = true;
        return true;
    }
}

/// <summary>Sends the same bytes; any datagram that comes back is an answer.</summary>
internal sealed class ControlDialog(byte[] packet) : DatagramDialog
{
    /// <inheritdoc/>
    public override byte[] Next() => packet;

    /// <inheritdoc/>
    public override bool Take(ReadOnlySpan<byte> datagram) => IsOver = true;
}
