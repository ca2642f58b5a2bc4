namespace PacketPath.Reporting;

/// <summary>Writes traces, verdicts and evidence as one HTML page that needs nothing but itself. Pure: objects in, text out.</summary>
public static class HtmlReport
{
    /// <summary>Writes the page.</summary>
    /// <param name="output">Where it goes; UTF-8 where it is a file.</param>
    /// <param name="items">Traces, verdicts and evidence, of one host or several, in any order; other objects are passed over.</param>
    /// <param name="options">The title and the time.</param>
    /// <param name="stop">Ends the writing.</param>
    public static void Write(TextWriter output, IEnumerable<object> items, ReportOptions options, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(options);
        var content = ReportContent.Of(items);
        var writer = new HtmlWriter(output);
        var page = new ReportPage(writer, content, options);
        page.Head();
        var number = 0;
        foreach (var trace in content.Cases)
        {
            stop.ThrowIfCancellationRequested();
            new CaseSection(writer, trace, ++number, isOnly: content.Cases.Count == 1).Write();
        }

        page.Rest();
    }

    /// <summary>The page as text.</summary>
    /// <param name="items">Traces, verdicts and evidence.</param>
    /// <param name="options">The title and the time.</param>
    /// <param name="stop">Ends the writing.</param>
    public static string Text(IEnumerable<object> items, ReportOptions options, CancellationToken stop = default)
    {
        using var text = new StringWriter(System.Globalization.CultureInfo.InvariantCulture) { NewLine = "\n" };
        Write(text, items, options, stop);
        return text.ToString();
    }
}
