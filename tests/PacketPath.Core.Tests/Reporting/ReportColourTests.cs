using System.Globalization;
using System.Text.RegularExpressions;
using PacketPath.Core.Tests.Tracing;

namespace PacketPath.Core.Tests.Reporting;

/// <summary>What is written in colour can be read: at least 4.5 to 1 against what it stands on (WCAG 2.1, 1.4.3), marks at least 3 to 1 (1.4.11).</summary>
public partial class ReportColourTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Text_stands_out_in_light_in_dark_and_in_print(int scheme)
    {
        var colours = Colours()[scheme];
        foreach (var (ink, grounds) in new (string, string[])[]
        {
            ("text", ["back", "card", "soft", "bad-soft", "unknown-soft"]),
            ("muted", ["back", "card", "soft"]),
            ("ok", ["card", "ok-soft"]),
            ("bad", ["card", "soft", "bad-soft"]),
            ("unknown", ["card", "soft", "unknown-soft"]),
        })
        {
            Assert.All(grounds, ground => Assert.True(Contrast(colours[ink], colours[ground]) >= 4.5, $"--{ink} on --{ground}: {Contrast(colours[ink], colours[ground]):0.00}"));
        }

        Assert.True(Contrast(colours["glyph"], colours["ok"]) >= 3);
        Assert.True(Contrast(colours["glyph"], colours["bad"]) >= 3);
    }

    [GeneratedRegex(@":root \{(.*?)\}", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"--([\w-]+): #([0-9a-f]{6})")]
    private static partial Regex Colour();

    private static Dictionary<string, string>[] Colours() =>
    [
        .. Block().Matches(SamplePages.Read(SamplePages.Page(SampleTraces.Healthy())).Descendants("style").Single().Value)
            .Select(block => Colour().Matches(block.Groups[1].Value).ToDictionary(c => c.Groups[1].Value, c => c.Groups[2].Value)),
    ];

    private static double Contrast(string one, string other)
    {
        var (a, b) = (Luminance(one), Luminance(other));
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    private static double Luminance(string hex)
    {
        double Channel(int at)
        {
            var value = int.Parse(hex.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
            return value <= 0.03928 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
        }

        return (0.2126 * Channel(0)) + (0.7152 * Channel(2)) + (0.0722 * Channel(4));
    }
}
