using System.Globalization;
using PacketPath.Capture;

namespace PacketPath.Diagnosis;

/// <summary>One place other than the sender's, and what its captures saw of the flow.</summary>
internal sealed class CapturePlaceView
{
    // Between hosts, clocks that keep time by the network differ by less.
    private const long ClockSlack = 1_000_000_000;
    private const string AllInterfaces = "any";

    private readonly CapturePoint[] _points;
    private readonly FlowView _view;

    public CapturePlaceView((string ComputerName, string NetNamespace) place, CapturePoint[] points, FlowView view, SynPathResult probe, HostTables? host, (string ComputerName, string NetNamespace) sender)
    {
        Place = place;
        _points = points;
        _view = view;
        Host = host;
        SawRequest = view.Forward.Any(IsHere);
        SawAnswer = view.Reply.Any(IsHere);
        var target = TargetKey.Canonical(probe.RemoteAddress);
        var summaries = points.SelectMany(static p => p.Summaries).Distinct().ToArray();
        HoldsTarget = host?.Interfaces.Any(i => i.Addresses.Any(a => TargetKey.Canonical(a.IPAddress) == target)) == true
            || summaries.Any(s => s.LocalAddresses.Any(own => TargetKey.Canonical(own) == target));
        KnowsTarget = HoldsTarget || (System.Net.IPAddress.TryParse(target, out var address) && points.Any(p => p.Knows(PacketAddress.From(address))));
        string[] addresses = [target, TargetKey.Canonical(probe.LocalAddress)];
        Admits = summaries.Length == 0 ? null : summaries.Select(s => FilterScope.Admits(s.Filter, addresses, [probe.LocalPort, probe.RemotePort], probe.Protocol)).Aggregate(
            (bool?)false, static (all, one) => all == true || one == true ? true : all is null || one is null ? null : false);
        var slack = place.ComputerName.Length > 0 && place.ComputerName == sender.ComputerName ? 0 : ClockSlack;
        Standing = StandingOver(summaries, view, slack);
        WatchesAll = Array.Exists(summaries, static s => s.InterfaceAlias == AllInterfaces) || points.Length > 1;
    }

    /// <summary>The host and namespace, or the file.</summary>
    public (string ComputerName, string NetNamespace) Place { get; }

    /// <summary>What else was read there; null where nothing was.</summary>
    public HostTables? Host { get; }

    /// <summary>True where the flow's first direction was seen here.</summary>
    public bool SawRequest { get; }

    /// <summary>True where an answer was seen here.</summary>
    public bool SawAnswer { get; }

    /// <summary>True where an interface here has the target's address.</summary>
    public bool HoldsTarget { get; }

    /// <summary>True where an interface here has the target's address, or packets from or to it were seen here.</summary>
    public bool KnowsTarget { get; }

    /// <summary>True where more than one interface was watched: what comes in and goes out again is seen twice.</summary>
    public bool WatchesAll { get; }

    /// <summary>True where an answer was seen leaving this place.</summary>
    public bool AnswerLeft => _view.Reply.Where(IsHere).Any(l => l.Packets.Exists(p => l.GoesUp(p) != _view.ForwardGoesUp && p.Direction == PacketDirection.Outgoing));

    /// <summary>True where who began was seen here to send more than its SYN.</summary>
    public bool IsFollowedUp => _view.Forward.Any(l => IsHere(l) && IsFollowedUpAt(l, _view));

    /// <summary>True where the SYN-ACK was seen here more often than the SYN.</summary>
    public bool IsAnswerRepeated => _view.Reply.Any(l => IsHere(l) && l.Packets.Count(static p => p.IsSynAck) > Math.Max(1, l.Packets.Count(static p => p.IsSyn)));

    /// <summary>When the last SYN-ACK was seen here; null where none was.</summary>
    public DateTime? LastAnswerAt => _view.Reply.Where(IsHere).SelectMany(static l => l.Packets).Where(static p => p.IsSynAck).Select(static p => (DateTime?)DateTime.UnixEpoch.AddTicks(p.Nanoseconds / 100)).Max();

    /// <summary>Whether the captures' filters let the flow through; null where that cannot be told.</summary>
    public bool? Admits { get; }

    /// <summary>How much the absence of a packet proves here.</summary>
    public Confidence Standing { get; }

    /// <summary>What it is called.</summary>
    public string Name => _points.FirstOrDefault(p => _view.Flow.At(p) is not null)?.Name ?? (_points.Length == 1 ? _points[0].Name : Place.NetNamespace.Length > 0 ? Place.NetNamespace : Place.ComputerName);

    /// <summary>The interfaces that saw a direction.</summary>
    public IEnumerable<CapturePoint> Saw(bool request) => (request ? _view.Forward : _view.Reply).Where(IsHere).Select(static l => l.Point);

    /// <summary>How well the capture stood, in words.</summary>
    public string StandingText => Standing switch
    {
        Confidence.Proven => ", and it stood complete over the attempt",
        Confidence.Probable => _points.Any(static p => p.Summaries.Count > 0) ? ", as far as its filter lets it see" : ", which began before the attempt and ended after it",
        _ => ", but it does not say that it stood complete over the attempt",
    };

    /// <summary>What would make absence count here; null where it does.</summary>
    public MissingObservation? Missing => Standing == Confidence.Proven ? null : new MissingObservation
    {
        What = $"a complete capture at {Name}",
        Why = _points.SelectMany(static p => p.Summaries).FirstOrDefault(static s => s.Lost > 0) is { } lossy
            ? string.Create(CultureInfo.InvariantCulture, $"the one there lost {lossy.Lost} packets")
            : _points.Any(static p => p.Summaries.Count > 0) ? "the one there does not cover the attempt, or its filter or its interface may leave it out" : "the packets come without a summary of their capture",
        Remedy = $"Run there, around the attempt: Watch-PacketCapture -IncludeSummary{(Place.NetNamespace.Length > 0 && !Place.NetNamespace.Contains('[') && !Place.NetNamespace.Contains('/') ? $" -NetNamespace {Commands.Quote(Place.NetNamespace)}" : "")}",
    };

    /// <summary>True where who began was seen at a leg to send more than its SYN.</summary>
    public static bool IsFollowedUpAt(FlowLeg leg, FlowView view) =>
        leg.Packets.Exists(p => p.Kind == SeenKind.Tcp && leg.GoesUp(p) == view.ForwardGoesUp && !p.IsSyn);

    private bool IsHere(FlowLeg leg) => CaptureEvidence.PlaceOf(leg.Point) == Place;

    private Confidence StandingOver(PacketCaptureSummary[] summaries, FlowView view, long slack)
    {
        var from = view.Flow.Legs.Min(static l => l.Packets.Min(static p => p.Nanoseconds)) - slack;
        var to = view.Flow.LastSeen + slack;
        if (summaries.Length == 0)
        {
            return _points.Min(static p => p.First) <= from && _points.Max(static p => p.Last) >= to ? Confidence.Probable : Confidence.Possible;
        }

        var whole = summaries.Where(s => s.Lost == 0 && s.Failure is null && CapturePoint.Nanoseconds(s.StartedAt) <= from && CapturePoint.Nanoseconds(s.EndedAt) >= to && s.Direction == CaptureDirection.Both).ToArray();
        return whole.Length == 0 ? Confidence.Possible
            : Admits == true && (Array.Exists(whole, static s => s.InterfaceAlias == AllInterfaces) || _points.Any(p => view.Flow.At(p) is not null) || HasOneWay(whole)) ? Confidence.Proven : Confidence.Probable;
    }

    // A capture of one interface counts for the place where it is the one that has the target's address.
    private bool HasOneWay(PacketCaptureSummary[] whole) => HoldsTarget && Host is { Interfaces.Count: > 0 } host && host.Interfaces.Select(static i => i.InterfaceAlias).Distinct().Where(static n => n != "lo").All(name => Array.Exists(whole, s => s.InterfaceAlias == name));
}
