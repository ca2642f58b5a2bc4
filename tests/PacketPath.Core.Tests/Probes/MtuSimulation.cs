using System.Net;
using PacketPath.Probes;

namespace PacketPath.Core.Tests.Probes;

/// <summary>A path of routers, and a target, for the path MTU strategy: packets take virtual time, are too big for some links, and get lost as told.</summary>
internal sealed record MtuSimulation
{
    private const long Millisecond = 1_000_000;

    public bool IsIPv6 { get; init; }

    public MtuMethod Method { get; init; }

    public bool CanEcho { get; init; } = true;

    /// <summary>The MTU of each link, from this host's own to the last.</summary>
    public int[] Links { get; init; } = [1500, 1500, 1500];

    /// <summary>The MTU of the egress interface, where it is not that of its link.</summary>
    public int? Interface { get; init; }

    public int? RouteMtu { get; init; }

    /// <summary>The MTU of the way back.</summary>
    public int Back { get; init; } = 65535;

    public long OneWay { get; init; } = 5 * Millisecond;

    /// <summary>The index of the router that sends no Packet Too Big; -1 for none.</summary>
    public int SilentRouter { get; init; } = -1;

    /// <summary>What a router states instead of the truth.</summary>
    public Func<int, int> States { get; init; } = mtu => mtu;

    /// <summary>True where a router keeps the next report to itself.</summary>
    public Func<bool> Rations { get; init; } = () => false;

    /// <summary>True where the target answers this way.</summary>
    public Func<MtuMethod, bool> Answers { get; init; } = _ => true;

    /// <summary>True where the n-th packet is lost, whatever its size.</summary>
    public Func<int, bool> Loses { get; init; } = _ => false;

    /// <summary>How many errors the target gives at once; then one a second.</summary>
    public int Ration { get; init; } = int.MaxValue;

    public int MaximumMtu { get; init; }

    public int Limit { get; init; } = 200;

    public IPAddress Target => IPAddress.Parse(IsIPv6 ? "2001:db8::99" : "203.0.113.99");

    public IPAddress Router(int index) => IPAddress.Parse(IsIPv6 ? $"2001:db8::{index + 1}" : $"10.0.0.{index + 1}");

    /// <summary>Runs a strategy to its end; the time it took comes with it.</summary>
    public (MtuMachine Machine, long Elapsed, IReadOnlyList<long> SentAt) Run()
    {
        var machine = new MtuMachine(new MtuQuestion
        {
            Target = Target, InterfaceMtu = Interface ?? Links[0], RouteMtu = RouteMtu, Method = Method, CanEcho = CanEcho, Maximum = MaximumMtu, Limit = Limit,
        });
        var events = new PriorityQueue<Action<long>, long>();
        List<long> sentAt = [];
        long now = 1;
        var tokens = new Tokens(Ration);
        for (var turn = 0; !machine.IsComplete; turn++)
        {
            Assert.True(turn < 10_000, "the strategy does not end");
            while (machine.Take(now) is { } packet)
            {
                sentAt.Add(now);
                Carry(machine, packet, sentAt.Count, now, events, tokens);
            }

            var wake = machine.WakeAt(now);
            var next = events.TryPeek(out _, out var due) ? Math.Min(due, wake) : wake;
            Assert.True(next < long.MaxValue, "the strategy waits for nothing");
            now = Math.Max(now, next);
            while (events.TryPeek(out _, out due) && due <= now)
            {
                events.Dequeue()(now);
            }

            machine.Turn(now);
        }

        return (machine, now, sentAt);
    }

    private void Carry(MtuMachine machine, MtuPacket packet, int count, long now, PriorityQueue<Action<long>, long> events, Tokens tokens)
    {
        var size = packet.Size == 0 ? 60 : packet.Size;
        if (Loses(count))
        {
            return;
        }

        for (var link = 0; link < Links.Length; link++)
        {
            if (size > Links[link])
            {
                // Before the first router there is nobody who could say so.
                if (link > 0 && link - 1 != SilentRouter && !Rations())
                {
                    var (from, mtu) = (Router(link - 1), States(Links[link]));
                    events.Enqueue(t => Error(machine, packet.Id, t, from, IsIPv6 ? 2 : 3, IsIPv6 ? 0 : 4, mtu, 65 - link), now + (2 * OneWay * link / Links.Length));
                }

                return;
            }

            if (packet.Ttl == link + 1 && link + 1 < Links.Length)
            {
                var from = Router(link);
                var reply = 64 - link;
                events.Enqueue(t => Error(machine, packet.Id, t, from, IsIPv6 ? 3 : 11, 0, 0, reply), now + (2 * OneWay * (link + 1) / Links.Length));
                return;
            }
        }

        if (!Answers(packet.Method) || (packet.Method == MtuMethod.Icmp && size > Back) || (packet.Method == MtuMethod.Udp && !tokens.Take(now)))
        {
            return;
        }

        events.Enqueue(
            t =>
            {
                if (packet.Method == MtuMethod.Tcp)
                {
                    machine.Connected(packet.Id, t, Links[0]);
                }

                if (packet.Size > 0)
                {
                    machine.Passed(packet.Id, t, Target, packet.Method == MtuMethod.Tcp ? 0 : 65 - Links.Length);
                }
            },
            now + (2 * OneWay));
    }

    private static void Error(MtuMachine machine, int id, long now, IPAddress from, int type, int code, int mtu, int replyTtl) =>
        machine.Reported(id, now, from, type, code, mtu, replyTtl);

    /// <summary>The errors a Linux host is ready to send to one peer.</summary>
    private sealed class Tokens(int most)
    {
        private double _left = most;
        private long _at;

        public bool Take(long now)
        {
            _left = Math.Min(most, _left + ((now - _at) / 1e9));
            _at = now;
            if (_left < 1)
            {
                return false;
            }

            _left--;
            return true;
        }
    }
}
