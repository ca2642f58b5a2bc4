using System.Collections.Concurrent;
using System.Diagnostics;
using PacketPath.HostState;
using PacketPath.Probes;

namespace PacketPath.Tracing;

/// <summary>Asks the link who answers for a next hop that swallowed an attempt: once for all targets behind it.</summary>
internal sealed class NextHopInquiry(NetworkNamespace networkNamespace)
{
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<(int Interface, string Address), Question> _asked = new();

    /// <summary>True where an attempt left this host, was never answered, and went to a link-layer address.</summary>
    public static bool IsCalledFor(SynPathResult probe) =>
        probe is { Outcome: SynOutcome.NoReply, Neighbor: { LinkLayerAddress: not null }, Replies.Length: 0, ControlReply: null } && NeighborInquiry.CanAsk(probe.Interface, out _);

    /// <summary>The entry used, with who answered for it.</summary>
    /// <exception cref="Interop.LinuxException">The kernel refused; EPERM where CAP_NET_RAW is missing.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public async Task<NeighborEntry> AskAsync(SynPathResult probe, CancellationToken stop)
    {
        var entry = probe.Neighbor!;
        var key = (entry.InterfaceIndex, entry.IPAddress);
        if (!_asked.TryGetValue(key, out var question) || Stopwatch.GetElapsedTime(question.At) > Kept)
        {
            var fresh = new Question(Stopwatch.GetTimestamp(), new(() => Task.Run(() => NeighborInquiry.Verify(networkNamespace, probe.Interface!, [entry], stop)[0], stop)));
            question = _asked.AddOrUpdate(key, fresh, (_, known) => known == question || question is null && Stopwatch.GetElapsedTime(known.At) > Kept ? fresh : known);
        }

        var answered = await question.Entry.Value.WaitAsync(stop).ConfigureAwait(false);
        return entry with { IsVerified = answered.IsVerified, Answers = answered.Answers, ObservedAt = answered.ObservedAt };
    }

    private sealed record Question(long At, Lazy<Task<NeighborEntry>> Entry);
}
