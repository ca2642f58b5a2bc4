using PacketPath.Core.Tests.Tracing;

namespace PacketPath.Module.Tests.Report;

/// <summary>A report in a real browser: it is seen, it fits, it is quiet, and it asks for nothing.</summary>
public sealed class ReportInBrowserTests(EngineFixture engine) : IClassFixture<EngineFixture>, IDisposable
{
    private const string Overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
    private const int Red = 0xc62828;
    private const int LightGround = 0xf4f6f8;
    private const int DarkGround = 0x0d1117;

    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("packetpath-page-").FullName, "report.html");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    [BrowserFact]
    public async Task A_report_is_seen_fits_and_asks_for_nothing()
    {
        object[] items = [.. SampleTraces.All(), SampleTraces.OutputDrop(ipv6: true) with { TargetName = "<script>document.title='owned'</script><img src=http://192.0.2.1/x>" }];
        engine.Invoke("$e | ConvertTo-PacketReport -Path $path -Title 'A page'", new Dictionary<string, object?> { ["e"] = items, ["path"] = _path }).AssertClean();
        await using var browser = await Browser.Start();

        await browser.Emulate(1280, "light");
        await browser.Open("file://" + _path);
        Assert.Equal("A page", await browser.Evaluate("document.title"));
        Assert.Equal("rgb(244, 246, 248)", await browser.Evaluate("getComputedStyle(document.body).backgroundColor"));
        Assert.Equal(items.Length.ToString(System.Globalization.CultureInfo.InvariantCulture), await browser.Evaluate("document.querySelectorAll('section.case').length"));
        Assert.Equal("true", await browser.Evaluate("[...document.querySelectorAll('.case.bad svg .halo')].every(c => c.getBoundingClientRect().width > 20)"));
        Assert.Equal("0", await browser.Evaluate(Overflow));
        var light = PngPixels.Colours(await browser.Screenshot());
        Assert.True(light.Count > 50, $"Only {light.Count} colours.");
        Assert.True(light[LightGround] > 10_000);
        Assert.True(light[Red] > 200, "The broken place does not stand out.");

        // Unfolded, every table stays within the page.
        await browser.Evaluate("document.querySelectorAll('details').forEach(d => d.open = true)");
        Assert.Equal("0", await browser.Evaluate(Overflow));
        await browser.Emulate(390, "light");
        Assert.Equal("0", await browser.Evaluate(Overflow));

        await browser.Emulate(1280, "dark");
        Assert.True(PngPixels.Colours(await browser.Screenshot())[DarkGround] > 10_000);
        await browser.Emulate(800, "dark", "print");
        Assert.Equal("rgb(255, 255, 255)", await browser.Evaluate("getComputedStyle(document.body).backgroundColor"));

        Assert.Empty(browser.Console);
        Assert.Equal(["file://" + _path], browser.Requests);
        Assert.Equal("A page", await browser.Evaluate("document.title"));
    }
}
