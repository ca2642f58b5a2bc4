namespace PacketPath.Diagnosis.Faults;

/// <summary>The target is IPv6 and this host, or the egress interface, has IPv6 switched off.</summary>
public sealed class Ipv6Disabled : FaultRule
{
    /// <inheritdoc/>
    public override PathLayer Layer => PathLayer.RouteLookup;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Explains =>
        [nameof(SourceAddressUnavailable), nameof(RouteMissing), nameof(RouteUnreachable), nameof(RouteSourceInvalid), nameof(RouteNextHopDown),
            nameof(NeighborUnresolved), nameof(OutputFirewallDrop), nameof(NoReply)];

    internal override Finding? Evaluate(EvidenceSet evidence)
    {
        if (!evidence.IsIPv6 || evidence.IsHostOnly || !evidence.IsUnanswered || evidence.SynSeen)
        {
            return null;
        }

        var noFamily = evidence.Probe is { SocketError: "EAFNOSUPPORT" };
        var onRoute = evidence.Route?.Ipv6Disabled == true;
        var link = evidence.Interface is { Ipv6Disabled: true } egress ? egress : null;
        if (!noFamily && !onRoute && link is null)
        {
            return null;
        }

        var where = link?.InterfaceAlias ?? evidence.Route?.InterfaceAlias;
        var key = where is null or "lo" ? "all" : where.Replace('.', '/');
        var commands = new Commands(evidence);
        return new Finding
        {
            Confidence = Confidence.Proven,
            Summary = $"IPv6 is switched off {(where is null ? "on this host" : $"on {where}")}, and {evidence.RemoteAddress} is an IPv6 address.",
            Subject = (object?)link ?? (object?)evidence.Route ?? evidence.Probe,
            Evidence =
            [
                onRoute ? Observations.Supports($"disable_ipv6 is set{(where is null ? "" : " for " + where)}", "/proc/sys/net/ipv6/conf", evidence.Route!.ObservedAt) : null,
                link is null ? null : Observations.Supports($"{link.InterfaceAlias} has IPv6 switched off", Observations.LinkSource, link.ObservedAt),
                noFamily ? Observations.Socket(evidence) : null,
                Observations.Route(evidence),
            ],
            Proves = "This host cannot send IPv6 there at all; the target has not been asked.",
            DoesNotProve = "That IPv6 would work once switched on: addresses, routes and the network beyond are still to be looked at.",
            NextSteps =
            [
                commands.Run($"sysctl {Commands.Quote($"net.ipv6.conf.{key}.disable_ipv6")}"),
                // The files of the host are not read for another namespace.
                .. commands.IsOwnNamespace ? ["grep -rs disable_ipv6 /etc/sysctl.conf /etc/sysctl.d /run/sysctl.d /usr/lib/sysctl.d /proc/cmdline"] : Array.Empty<string>(),
                commands.ProbeAndResolve(),
            ],
        };
    }
}
