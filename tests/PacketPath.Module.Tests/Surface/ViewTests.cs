using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Xml.Linq;

namespace PacketPath.Module.Tests.Surface;

/// <summary>Whatever a cmdlet writes has a view, and fits a terminal of 100 columns.</summary>
public class ViewTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private const int Columns = 100;

    private static readonly XElement[] Views = [.. XDocument.Load(Repository.File("bin", "Formatting", "PacketPath.Format.ps1xml")).Descendants("View")];

    private static readonly HashSet<string> Viewed = [.. Views.SelectMany(static view => view.Element("ViewSelectedBy")!.Elements("TypeName")).Select(static name => name.Value)];

    public static TheoryData<string> Evidence =>
        [.. typeof(PacketEvidence).Assembly.GetExportedTypes().Where(static type => type.IsSubclassOf(typeof(PacketEvidence)) && !type.IsAbstract).Select(static type => type.FullName!)];

    [Theory, MemberData(nameof(Evidence))]
    public void Every_kind_of_evidence_has_a_view(string type) => Assert.Contains(type, Viewed);

    [Fact]
    public void So_has_every_other_output() => Assert.All(OutputTypes.All(engine), static type => Assert.Contains(type.FullName!, Viewed));

    [Fact]
    public void The_views_are_those_of_the_sources()
    {
        var sources = Directory.GetFiles(Repository.File("src", "PacketPath", "Formatting"), "*.Format.ps1xml").SelectMany(static file => XDocument.Load(file).Descendants("View"));
        Assert.Equal(sources.Select(Text).Order(StringComparer.Ordinal), Views.Select(Text).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Tables_fit()
    {
        foreach (var headers in Views.Elements("TableControl").Elements("TableHeaders").Select(static h => h.Elements("TableColumnHeader").ToArray()))
        {
            // A column without a width takes what is left.
            var width = headers.Sum(static h => (int?)h.Element("Width") ?? 10) + headers.Length - 1;
            Assert.True(width <= Columns, $"{width} columns: {string.Join(' ', headers.Select(static h => h.Element("Label")?.Value))}");
        }
    }

    [Fact]
    public void A_host_as_a_server_is_told_live_and_saved()
    {
        const string Row = "ForEach-Object { $r = $_; 'Local', 'Listener', 'Queue', 'WayIn', 'WayBack', 'Lost' | ForEach-Object { ([PacketPath.Formatting.ListeningView]::$_($r)) -replace \"`e\\[[0-9;]*m\" } }";
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start(5);
        var port = ((IPEndPoint)server.LocalEndpoint).Port;
        var rows = engine.Invoke(
            $"$a = Trace-PacketPath -Listening 127.0.0.1 -Port $port -From 127.0.0.1 -PassThru | Where-Object {{ $_ -is [PacketPath.ListeningResult] }}; $a | {Row}; "
            + $"[System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($a)) | {Row}; "
            + $"Trace-PacketPath -Listening 127.0.0.1 -Port 1 -PassThru | Where-Object {{ $_ -is [PacketPath.ListeningResult] }} | {Row}",
            "port",
            port).Of<string>();
        Assert.Equal(18, rows.Length);
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"), rows[0]);
        Assert.EndsWith(string.Create(CultureInfo.InvariantCulture, $" ({Environment.ProcessId})"), rows[1]);
        Assert.Equal(["0/5", "", "passes"], rows[2..5]);
        Assert.Equal(rows[..6], rows[6..12]);
        Assert.Equal(["127.0.0.1:1", "nobody", ""], rows[12..15]);
    }

    private static string Text(XElement view) => view.ToString(SaveOptions.DisableFormatting);
}
