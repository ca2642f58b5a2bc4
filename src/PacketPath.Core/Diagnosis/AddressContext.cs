namespace PacketPath.Diagnosis;

/// <summary>What the targets on one address share, whatever their ports.</summary>
internal sealed class AddressContext
{
    // Enough to compare TTLs with; a scan of every port must not make each target carry all the others.
    private const int HandshakesKept = 8;

    /// <summary>The route lookups that asked no port.</summary>
    public List<PacketRoute> RoutesWithoutPort { get; } = [];

    /// <summary>A few attempts that heard a SYN-ACK from the address.</summary>
    public List<SynPathResult> Handshakes { get; } = [];

    /// <summary>The path MTU probes of the address: what they found holds for every port.</summary>
    public List<MtuProbeResult> MtuProbes { get; } = [];

    /// <summary>The target that stands for them where no port was probed; null where there are none.</summary>
    public TargetKey? MtuKey { get; private set; }

    /// <summary>True where a connection was attempted.</summary>
    public bool IsConnectedTo { get; private set; }

    /// <summary>True where something was asked with a port, or probed.</summary>
    public bool IsAskedWithPort { get; private set; }

    public void Add(TargetKey key, DestinationEvidence evidence)
    {
        if (evidence is MtuProbeResult mtu)
        {
            MtuProbes.Add(mtu);
            MtuKey ??= key;
            return;
        }

        IsConnectedTo |= evidence is SynPathResult;
        IsAskedWithPort |= key.RemotePort != 0 || evidence is SynPathResult;
        if (evidence is PacketRoute route && key.RemotePort == 0)
        {
            RoutesWithoutPort.Add(route);
        }

        if (evidence is SynPathResult probe && Handshakes.Count < HandshakesKept
            && probe.Replies.Any(r => r.Kind == SynPacketKind.SynAck))
        {
            Handshakes.Add(probe);
        }
    }
}
