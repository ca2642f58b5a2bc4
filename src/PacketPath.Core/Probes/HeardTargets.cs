using System.Net;

namespace PacketPath.Probes;

/// <summary>
/// The targets that datagrams of a call brought an answer from, whatever the port. A host counts the reports it sends: to ask each of its ports' silence anew
/// for a sign of life would use up what it has left to say about the ports themselves, so one answer counts for all that are asked about the time, by whichever engine of the call.
/// </summary>
internal sealed class HeardTargets
{
    private const long Counts = 5_000_000_000;

    private readonly object _lock = new();
    private readonly Dictionary<IPAddress, SynAttempt> _heard = [];
    private readonly HashSet<IPAddress> _asked = [];

    /// <summary>Takes note of an attempt that ended.</summary>
    /// <param name="machine">Whose it was.</param>
    /// <param name="attempt">The attempt.</param>
    public void Note(SynProbeMachine machine, SynAttempt attempt)
    {
        if (attempt.Plan.Protocol != TransportProtocol.Udp)
        {
            return;
        }

        lock (_lock)
        {
            if (machine.ReachedTarget(attempt))
            {
                _heard[machine.Target.Address] = attempt;
            }

            if (attempt.Plan.Kind == AttemptKind.Control)
            {
                _asked.Remove(machine.Target.Address);
            }
        }
    }

    /// <summary>True where a target has to be asked for a sign of life: it was not heard lately, and no other asks it now.</summary>
    public bool IsToAsk(IPAddress target, long now)
    {
        lock (_lock)
        {
            return Of(target, now) is null && _asked.Add(target);
        }
    }

    /// <summary>The attempt that brought an answer about the time, or a little earlier; null where none did.</summary>
    public SynAttempt? Of(IPAddress target, long began)
    {
        lock (_lock)
        {
            return _heard.TryGetValue(target, out var heard) && heard.EndedAt >= began - Counts ? heard : null;
        }
    }
}
