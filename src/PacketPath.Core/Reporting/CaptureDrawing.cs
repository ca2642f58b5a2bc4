using PacketPath.Diagnosis;

namespace PacketPath.Reporting;

/// <summary>Captured packets in the order of time, a lane for each place they were seen at.</summary>
internal sealed class CaptureDrawing(HtmlWriter html, IReadOnlyCollection<PacketRecord> packets)
{
    private const int Width = 1120;
    private const int Row = 24;
    private const int Top = 58;
    private const int FirstLane = 170;
    private const int LanesWidth = 420;
    private const int MostPackets = 150;
    private const int MostLanes = 6;

    /// <summary>Writes the drawing.</summary>
    public void Write()
    {
        var lanes = packets.Select(Lane).Distinct().Order(StringComparer.Ordinal).Take(MostLanes).ToArray();
        var shown = packets.OrderBy(static p => p.TimestampNanoseconds).Where(p => lanes.Contains(Lane(p))).Take(MostPackets).ToArray();
        var step = LanesWidth / lanes.Length;
        var textX = FirstLane + LanesWidth - (lanes.Length == 1 ? step - 60 : 0);
        var height = Top + (shown.Length * Row) + 8;
        var id = html.NextDrawing();
        html.Html($"<div class=\"drawing\"><svg viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-labelledby=\"d{id}t d{id}d\">\n");
        html.Html($"<title id=\"d{id}t\">Captured packets in the order of time</title>\n<desc id=\"d{id}d\">{shown.Length} packets seen at {string.Join("; ", lanes)}.</desc>\n");
        for (var i = 0; i < lanes.Length; i++)
        {
            var x = FirstLane + (i * step);
            html.Html($"<text class=\"caption{(lanes.Length == 1 ? "" : " mid")}\" x=\"{x}\" y=\"{20 + (i % 2 * 18)}\">{TextLines.Cut(lanes[i], 40)}</text><path class=\"life\" d=\"M{x} 46V{height - 6}\"/>\n");
        }

        var start = shown.Length == 0 ? 0 : shown[0].TimestampNanoseconds;
        for (var i = 0; i < shown.Length; i++)
        {
            Packet(shown[i], FirstLane + (Array.IndexOf(lanes, Lane(shown[i])) * step), textX, Top + (i * Row) + 8, (shown[i].TimestampNanoseconds - start) / 1e6);
        }

        html.Html($"</svg></div>\n");
        if (packets.Count > shown.Length)
        {
            html.Html($"<p class=\"meta\">And {packets.Count - shown.Length} more.</p>\n");
        }
    }

    private static string Lane(PacketRecord packet) =>
        packet.ComputerName.Length == 0 ? packet.InterfaceAlias ?? "capture file" : $"{StatusWords.Place(packet.ComputerName, packet.NetNamespace)}, {packet.InterfaceAlias ?? "any"}";

    private void Packet(PacketRecord packet, int x, int textX, int y, double at)
    {
        var flags = packet.TcpFlags ?? "";
        var tone = flags.Contains("RST", StringComparison.Ordinal) ? "bad" : packet.IcmpType is not null ? "unknown" : flags.Contains("SYN", StringComparison.Ordinal) ? "ok" : "off";
        var way = packet.Direction == PacketDirection.Outgoing ? 1 : -1;
        html.Html($"<text class=\"time\" x=\"12\" y=\"{y + 4}\">{StatusWords.Milliseconds(at)}</text>");
        html.Html($"<path class=\"fill-{tone}\" d=\"M{x - (9 * way)} {y - 6}L{x + (9 * way)} {y}L{x - (9 * way)} {y + 6}Z\"><title>{packet.Direction}</title></path>");
        var from = TargetKey.Text(packet.SourceAddress ?? packet.LinkLayerSource ?? "?", packet.SourcePort);
        var to = TargetKey.Text(packet.DestinationAddress ?? packet.LinkLayerDestination ?? "?", packet.DestinationPort);
        html.Html($"<text class=\"row\" x=\"{textX}\" y=\"{y + 4}\">{TextLines.Cut($"{from} › {to}  {packet.Summary}", 84)}</text>\n");
    }
}
