namespace PacketPath.Diagnosis.Faults;

/// <summary>A policy of this host refuses the socket itself: a cgroup's BPF program, a security module, a sandbox.</summary>
public sealed class SocketDenied : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.Socket;

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (!IsDenied(evidence))
        {
            return null;
        }

        var probe = evidence.Probe!;
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = Confidence.Proven,
            Summary = $"{probe.FailedCall}() to {evidence.Target} is refused with {probe.SocketError}, although rules and routes allow it: a policy of this host forbids the socket to this process.",
            Subject = probe,
            Evidence = [Observations.Socket(evidence), Observations.Route(evidence), Observations.Syns(evidence)],
            Proves = $"The kernel refused {probe.FailedCall}() before anything was sent, and neither a policy rule nor a route is the reason.",
            DoesNotProve = "Which policy it is: a BPF program of the process's cgroup (systemd's IPAddressDeny and SocketBindDeny are such), a security module (SELinux, AppArmor, Landlock) or a system call filter. "
                + "Another user, service or container of this host may be allowed.",
            NextSteps =
            [
                commands.Run("bpftool cgroup tree"),
                commands.Run("journalctl -k --since -5min --grep 'avc:|apparmor=|audit'"),
                commands.ProbeAndResolve(),
            ],
        };
    }

    /// <summary>True where a call of the socket was refused for want of permission, while the lookup went through.</summary>
    internal static bool IsDenied(EvidenceSet evidence) =>
        evidence.Probe is { Outcome: SynOutcome.LocalError, SocketError: "EPERM" or "EACCES", FailedCall: "socket" or "bind" or "connect" }
        && evidence.Route is { Outcome: RouteOutcome.Usable, TypeOfRoute: not RouteType.Broadcast };
}
