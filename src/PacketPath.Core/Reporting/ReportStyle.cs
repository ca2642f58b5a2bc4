using System.Security.Cryptography;
using System.Text;

namespace PacketPath.Reporting;

/// <summary>The style sheet within the page, and the hash by which alone the page's policy admits it.</summary>
internal static class ReportStyle
{
    private static readonly string Sheet = Load();

    /// <summary>The hash as a content security policy names it.</summary>
    public static string Hash { get; } = "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Sheet)));

    /// <summary>Writes the sheet, to the letter.</summary>
    public static void Write(HtmlWriter html) => html.Verbatim(Sheet);

    private static string Load()
    {
        using var stream = typeof(ReportStyle).Assembly.GetManifestResourceStream("PacketPath.Core.report.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
