using System.Net;
using System.Net.Sockets;
using PacketPath.Probes;

namespace PacketPath.Tracing;

/// <summary>Finds how far datagrams to a silent port get, beside others to a closed one.</summary>
/// <param name="options">How to trace.</param>
/// <param name="open">Opens a socket of datagrams, bound as asked.</param>
internal sealed class DatagramWalk(TraceOptions options, Func<System.Net.Sockets.AddressFamily, CancellationToken, Task<Socket>> open) : IDisposable
{
    private const int SocketsAtOnce = 1024;
    private const int SocketsOfOne = 12;
    private const int ClosedPort = 33434;
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _places = new(SocketsAtOnce / SocketsOfOne);

    /// <summary>The attempt with the hops that answered; as it is where it was no silence beyond this host.</summary>
    /// <param name="address">The target's address.</param>
    /// <param name="port">The port that was silent.</param>
    /// <param name="probe">The attempt.</param>
    /// <param name="stop">Ends it at once.</param>
    /// <exception cref="SynProbeException">No socket could be opened as asked.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public async Task<SynPathResult> WalkAsync(IPAddress address, int port, SynPathResult probe, CancellationToken stop)
    {
        if (probe is not { Protocol: TransportProtocol.Udp, Outcome: SynOutcome.NoReply, Replies.Length: 0 } || probe.Route?.TypeOfRoute == RouteType.Local
            || (probe.CaptureStatus == CaptureStatus.Complete && probe.Syns.Length == 0))
        {
            return probe;
        }

        await _places.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            var closed = port == ClosedPort ? ClosedPort + 1 : ClosedPort;
            var datagram = new DatagramQuestion { Payload = options.Payload }.Of(port);
            var ask = UdpWalk.Over(async (to, ttl) => new DatagramExchange(await open(address.AddressFamily, stop).ConfigureAwait(false), new IPEndPoint(address, to), ttl), address, datagram);
            var hops = await new UdpWalk(ask, address, port, closed).RunAsync(options.MaxHops, TimeSpan.Zero, Min(Most, options.Timeout * 2), stop).ConfigureAwait(false);
            return probe with
            {
                Hops = [.. hops.Select(static h => new PathHop { Ttl = h.Ttl, Address = h.Address, ControlAddress = h.ControlAddress, IsTarget = h.IsTarget, IsConfirmed = h.IsConfirmed })],
                LastRespondingHop = Array.FindLast(hops, static h => h.Address is not null)?.Address,
            };
        }
        finally
        {
            _places.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _places.Dispose();

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
