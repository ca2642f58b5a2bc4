using System.Diagnostics;
using PacketPath.HostState;
using PacketPath.Interop;
using PacketPath.Netlink;

namespace PacketPath.Tracing;

/// <summary>One reading of the firewall, for whoever needs it.</summary>
internal sealed record FirewallSnapshot(IReadOnlyList<FirewallHook> Hooks, MissingObservation[] Missing, long Taken);

/// <summary>Reads the firewall for many traces at once: those that ask together share a reading, and none gets one that began before it asked, or is older than it bears.</summary>
internal sealed class FirewallWatch(NetworkNamespace networkNamespace, CancellationToken stop) : IDisposable
{
    private readonly object _lock = new();
    private readonly Lazy<FirewallRuleset> _ruleset = new(() => FirewallRuleset.Open(networkNamespace));
    private Task<FirewallSnapshot>? _running;
    private Task<FirewallSnapshot>? _next;
    private FirewallSnapshot? _last;

    /// <summary>A reading that is at most so old.</summary>
    public Task<FirewallSnapshot> RecentAsync(TimeSpan oldest)
    {
        lock (_lock)
        {
            return _last is { } last && Stopwatch.GetElapsedTime(last.Taken) <= oldest ? Task.FromResult(last)
                : _running is { IsCompleted: false } running ? running : Begin();
        }
    }

    /// <summary>A reading that begins after this call.</summary>
    public Task<FirewallSnapshot> NowAsync()
    {
        lock (_lock)
        {
            return _running is not { IsCompleted: false } running ? Begin() : _next ??= AfterAsync(running);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Task? running;
        lock (_lock)
        {
            running = _next ?? _running;
        }

        ((IAsyncResult?)running)?.AsyncWaitHandle.WaitOne();
        if (_ruleset.IsValueCreated)
        {
            _ruleset.Value.Dispose();
        }
    }

    private Task<FirewallSnapshot> Begin() => _running = Task.Run(Read, CancellationToken.None);

    private async Task<FirewallSnapshot> AfterAsync(Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Task<FirewallSnapshot> own;
        lock (_lock)
        {
            _next = null;
            own = Begin();
        }

        return await own.ConfigureAwait(false);
    }

    private FirewallSnapshot Read()
    {
        FirewallSnapshot snapshot;
        try
        {
            var reading = FirewallReading.Read(networkNamespace, () => _ruleset.Value, new FirewallQuery(), stop);
            snapshot = new([.. reading.Hooks], [.. reading.Missing], Stopwatch.GetTimestamp());
        }
        catch (Exception failure) when (failure is LinuxException or NetlinkDecodeException)
        {
            snapshot = new([], [new MissingObservation { What = "firewall rules", Why = failure.Message, Remedy = "Run: Get-FirewallHook" }], Stopwatch.GetTimestamp());
        }

        lock (_lock)
        {
            _last = snapshot;
        }

        return snapshot;
    }
}
