using System.Globalization;

namespace PacketPath.Probes;

/// <summary>How the capture stood when a probe began.</summary>
internal readonly record struct CaptureStanding(bool Open, long Lost)
{
    private const string Wire = "packet capture of this flow";

    /// <summary>Notes how the capture stands.</summary>
    public static CaptureStanding Now(CaptureFeed? capture) =>
        capture is null ? default : new CaptureStanding(capture.IsOpen, capture.Lost);

    /// <summary>What the capture is worth for the probe that ends now.</summary>
    public (CaptureStatus Status, MissingObservation[] Missing) Judge(SynProbeOptions options, CaptureFeed? capture, bool lagged)
    {
        if (!options.Capture)
        {
            return (CaptureStatus.NotRequested, [Missing(
                $"switched off by -NoCapture: no {(options.Datagram is null ? "SYN, SYN-ACK or RST" : "datagram")} was watched for, so a local drop cannot be told from silence on the path, nor a dropped answer from none",
                "Leave -NoCapture out.")]);
        }

        if (capture?.Failure is { } failure)
        {
            return Open
                ? (CaptureStatus.Incomplete, [Missing("the capture ended early: " + failure.Message, failure.Remedy)])
                : (CaptureStatus.Unavailable, [Missing(failure.Message, failure.Remedy)]);
        }

        if (lagged)
        {
            return (CaptureStatus.Incomplete, [Missing("this host was too busy to look at every packet in time: a packet that is not listed may still have passed", "Repeat the probe when this host is less busy.")]);
        }

        return capture!.Lost > Lost
            ? (CaptureStatus.Incomplete, [Missing("packets were lost while capturing: a packet that is not listed may still have passed", "Repeat the probe when this host is less busy, or with fewer targets at once (-ThrottleLimit).")])
            : (CaptureStatus.Complete, []);
    }

    /// <summary>What the capture is worth where a SYN of another tuple left in the place of the probe's own.</summary>
    public static (CaptureStatus Status, MissingObservation[] Missing) Translated(FlowKey flow) => (CaptureStatus.Incomplete, [Missing(
        string.Create(CultureInfo.InvariantCulture, $"a {(flow.Protocol == TransportProtocol.Udp ? "datagram" : "SYN")} from {flow.Source} port {flow.SourcePort} to {flow.Destination} port {flow.DestinationPort} left at the same time: address translation on this host may have made it of this one"),
        "Look at the nat chains (nft list ruleset); without a change of the source port the packet can be told from others.")]);

    private static MissingObservation Missing(string why, string remedy) => new() { What = Wire, Why = why, Remedy = remedy };
}
