using System.Net;

namespace PacketPath.Probes;

/// <summary>What became of every packet of one target, and the questions the strategy asks of it. Pure.</summary>
internal sealed class MtuLedger
{
    private readonly List<MtuPacket> _packets = [];
    private readonly List<MtuTooBig> _tooBig = [];
    private readonly List<MtuUnreachable> _unreachable = [];

    /// <summary>Every packet sent, in order.</summary>
    public IReadOnlyList<MtuPacket> Packets => _packets;

    /// <summary>Every Packet Too Big, those of the wire that a socket received as well left out.</summary>
    public IEnumerable<MtuTooBig> TooBig => _tooBig.Where(t => t.ReachedSocket || !_tooBig.Exists(o => o.ReachedSocket && IsTwin(o, t)));

    /// <summary>The ICMP errors of other kinds.</summary>
    public IReadOnlyList<MtuUnreachable> Unreachable => _unreachable;

    /// <summary>The shortest round trip to the target, in nanoseconds; 0 where none is known.</summary>
    public long ShortestTrip { get; private set; }

    /// <summary>The longest round trip of any answer, in nanoseconds; 0 where none is known.</summary>
    public long LongestTrip { get; private set; }

    /// <summary>Notes a packet that was sent.</summary>
    public void Add(MtuPacket packet) => _packets.Add(packet);

    /// <summary>The packet of a number; null where there is none.</summary>
    public MtuPacket? Find(int id) => _packets.Find(p => p.Id == id);

    /// <summary>Notes an answer of the target or of a router.</summary>
    public void Answer(MtuPacket packet, MtuPacketState state, long now, IPAddress? from, int replyTtl)
    {
        // An answer of the target is a fact that no report takes back.
        if (packet.State is MtuPacketState.Passed or MtuPacketState.Expired)
        {
            return;
        }

        packet.State = state;
        packet.AnsweredAt = now;
        packet.From = from;
        packet.ReplyTtl = replyTtl;
        var trip = Math.Max(1, now - packet.SentAt);
        LongestTrip = Math.Max(LongestTrip, trip);
        if (state == MtuPacketState.Passed)
        {
            ShortestTrip = ShortestTrip == 0 ? trip : Math.Min(ShortestTrip, trip);
        }
    }

    /// <summary>Notes a Packet Too Big.</summary>
    public void Note(MtuTooBig report)
    {
        if (!_tooBig.Exists(o => o.ReachedSocket == report.ReachedSocket && IsTwin(o, report)))
        {
            _tooBig.Add(report);
        }
    }

    /// <summary>Notes another ICMP error.</summary>
    public void Note(MtuUnreachable report) => _unreachable.Add(report);

    /// <summary>True where the target answered any packet sent that way.</summary>
    public bool Answers(MtuMethod method) => _packets.Exists(p => p.Method == method && p.State == MtuPacketState.Passed);

    /// <summary>The largest size the target answered; 0 where it answered none.</summary>
    public int Best(MtuMethod method) => Full(method).Where(p => p.State == MtuPacketState.Passed).Select(p => p.Size).DefaultIfEmpty().Max();

    /// <summary>The smallest size above another that failed so far; null where none did.</summary>
    public MtuPacket? LowestFailed(MtuMethod method, int above) => Full(method)
        .Where(p => p.Size > above && !p.IsVoid && p.State is MtuPacketState.TooBig or MtuPacketState.Lost or MtuPacketState.LocalLimit or MtuPacketState.LocalError)
        .MinBy(p => p.Size);

    /// <summary>True where a router, or this host, said that packets of this size do not fit.</summary>
    public bool IsReported(int size) => _tooBig.Exists(t => t.Size == size) || _packets.Exists(p => p.Size == size && p.State is MtuPacketState.LocalLimit or MtuPacketState.LocalError);

    /// <summary>How often a size was lost in silence.</summary>
    public int Lost(MtuMethod method, int size) => Full(method).Count(p => p.Size == size && p.State == MtuPacketState.Lost && !p.IsVoid);

    /// <summary>The share of packets lost among the sizes that pass.</summary>
    public double Loss(MtuMethod method, int upTo)
    {
        var (lost, sent) = Losses(method, upTo);
        return sent == 0 ? 0 : (double)lost / sent;
    }

    /// <summary>How many packets were lost, and how many sent, of the sizes that pass.</summary>
    public (int Lost, int Sent) Losses(MtuMethod method, int upTo)
    {
        var settled = Full(method).Where(p => p.Size <= upTo && !p.IsVoid && p.State is MtuPacketState.Passed or MtuPacketState.Lost).ToList();
        return (settled.Count(p => p.State == MtuPacketState.Lost), settled.Count);
    }

    /// <summary>The losses above a size no longer count: the target had been sparing with its answers.</summary>
    public void Void(MtuMethod method, int above)
    {
        foreach (var packet in Full(method).Where(p => p.Size > above && p.State == MtuPacketState.Lost))
        {
            packet.IsVoid = true;
        }
    }

    private IEnumerable<MtuPacket> Full(MtuMethod method) => _packets.Where(p => p.Method == method && p.Ttl == 0);

    private static bool IsTwin(MtuTooBig one, MtuTooBig other) =>
        one.Size == other.Size && one.Mtu == other.Mtu && Equals(one.From, other.From);
}
