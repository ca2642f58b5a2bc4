using PacketPath.Capture;

namespace PacketPath.Diagnosis;

/// <summary>What captures in other places than the sender's saw of one attempt.</summary>
internal sealed class TwoEnds
{
    private readonly SynPathResult _probe;

    public TwoEnds(FlowView view, (string ComputerName, string NetNamespace) sender, SynPathResult probe, IReadOnlyList<CapturePoint> points, Func<(string, string), HostTables?> host)
    {
        View = view;
        Sender = sender;
        _probe = probe;
        Places =
        [
            .. points.GroupBy(CaptureEvidence.PlaceOf).Where(g => g.Key != sender)
                .Select(g => new CapturePlaceView(g.Key, [.. g], view, probe, host(g.Key), sender)).Where(static p => p.Admits != false || p.SawRequest || p.SawAnswer),
        ];
    }

    private bool IsUdp => _probe.Protocol == TransportProtocol.Udp;

    /// <summary>The flow across all points.</summary>
    public FlowView View { get; }

    /// <summary>The sender's host and namespace.</summary>
    public (string ComputerName, string NetNamespace) Sender { get; }

    /// <summary>The other places whose captures could have seen the flow.</summary>
    public IReadOnlyList<CapturePlaceView> Places { get; }

    /// <summary>The place that has the target's address, or answered in its name; null where none is known to.</summary>
    public CapturePlaceView? Receiver => Places.FirstOrDefault(static p => p.HoldsTarget)
        ?? (View.Reply.Length > 0 ? Places.FirstOrDefault(p => p.Place == CaptureEvidence.PlaceOf(View.Reply[0].Point) && p.SawRequest) : null);

    /// <summary>True where a point outside the sender's place saw an answer.</summary>
    public bool IsAnswered => Places.Any(static p => p.SawAnswer);

    /// <summary>The last point that saw the request.</summary>
    public CapturePoint? LastOfRequest => View.Forward.Length > 0 ? View.Forward[^1].Point : null;

    /// <summary>The last point that saw the answer.</summary>
    public CapturePoint? LastOfAnswer => View.Reply.Length > 0 ? View.Reply[^1].Point : null;

    /// <summary>The point as an operator writes it.</summary>
    public static string Name(CapturePoint point) => point.Name;

    /// <summary>The points that saw a direction, in order.</summary>
    public string Way(bool request) => string.Join(" > ", (request ? View.Forward : View.Reply).Select(static l => l.Point.Name));

    /// <summary>The answers seen, as a person writes them.</summary>
    public string Answers() => string.Join(", ", View.Packets.Where(p => p.GoesUp != View.ForwardGoesUp).Select(p => p.Any.Describe(IsUdp ? IpProtocol.Udp : IpProtocol.Tcp)).Distinct().Take(3));

    /// <summary>What the request was translated to on its way; null where it was not.</summary>
    public string? Translation()
    {
        if (View.Forward.Length < 2 || View.Forward[0].Key == View.Forward[^1].Key)
        {
            return null;
        }

        var (source, sourcePort, destination, destinationPort) = View.Ends(View.Forward[^1]);
        return $"{View.Forward[^1].Point.Name} saw it as {TargetKey.Text(source.ToString(), sourcePort)} to {TargetKey.Text(destination.ToString(), destinationPort)}, by its {(IsUdp ? "payload" : "sequence number")}";
    }

    /// <summary>What was captured of the request and the answer, as evidence.</summary>
    public IEnumerable<FailureEvidence?> Seen()
    {
        yield return View.Forward.Length == 0 ? null : Observations.Supports(
            $"the {(IsUdp ? "datagram" : "SYN")} was captured at {Way(request: true)}", IsUdp ? Observations.OtherDatagramCaptureSource : Observations.OtherCaptureSource, _probe.ObservedAt);
        yield return View.Reply.Length == 0 ? null : Observations.Supports(
            $"the answer ({Answers()}) was captured at {Way(request: false)}", IsUdp ? Observations.OtherDatagramCaptureSource : Observations.OtherCaptureSource, _probe.ObservedAt);
        yield return Translation() is { } translation ? Observations.Supports(translation, IsUdp ? Observations.OtherDatagramCaptureSource : Observations.OtherCaptureSource, _probe.ObservedAt) : null;
    }

    /// <summary>What a place's capture did not see, as evidence.</summary>
    public FailureEvidence Missed(CapturePlaceView place, string what) => Observations.Supports(
        $"the capture at {place.Name} saw {what}{place.StandingText}", IsUdp ? Observations.OtherDatagramCaptureSource : Observations.OtherCaptureSource, _probe.ObservedAt);
}
