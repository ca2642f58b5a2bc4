namespace PacketPath.Reporting;

/// <summary>The path in one line of an overview: a tick for each stage, the broken one standing out.</summary>
internal static class PathStrip
{
    private const int Step = 8;

    /// <summary>Draws it.</summary>
    public static void Write(HtmlWriter html, TraceStage[] stages)
    {
        var fault = Array.Find(stages, static s => s.Status == TraceStageStatus.Fault);
        var words = fault is null ? "no stage is broken" : $"broken at {fault.Name}";
        html.Html($"<svg class=\"strip\" width=\"{stages.Length * Step}\" height=\"16\" viewBox=\"0 0 {stages.Length * Step} 16\" role=\"img\" aria-label=\"{words}\">");
        for (var i = 0; i < stages.Length; i++)
        {
            var isFault = stages[i].Status == TraceStageStatus.Fault;
            html.Html($"<rect class=\"fill-{StatusWords.Tone(stages[i].Status)}\" x=\"{i * Step}\" y=\"{(isFault ? 0 : 5)}\" width=\"{Step - 2}\" height=\"{(isFault ? 16 : 6)}\" rx=\"1\"><title>{stages[i].Name}: {StatusWords.Words(stages[i].Status)}</title></rect>");
        }

        html.Html($"</svg>");
    }
}
