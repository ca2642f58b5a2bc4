using System.Text.Json;

namespace PacketPath.Labs.Tests;

/// <summary>A scenario file of a test's own, in a folder of its own; its nodes have names no other lab has.</summary>
internal sealed class OwnLab : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("packetpath-test-").FullName;

    public OwnLab(string pipeline, string faultId = "NoFault", double timeoutSeconds = 20, string[]? commands = null)
    {
        Vantage = "v" + Guid.NewGuid().ToString("N")[..10];
        File = Path.Combine(_folder, "own.json");
        var scenario = new Dictionary<string, object>
        {
            ["name"] = "Own",
            ["title"] = "A lab of a test",
            ["teaches"] = "Nothing",
            ["family"] = "IPv4",
            ["nodes"] = new Dictionary<string, object>
            {
                [Vantage] = new { commands = commands ?? [] },
                ["server"] = new { services = new object[] { new { type = "tcpAccept", port = 443 }, new { type = "udpEcho", port = 7 } } },
            },
            ["links"] = new object[]
            {
                new { ends = new Dictionary<string, string[]> { [$"{Vantage}:eth0"] = ["10.0.0.5/24"], ["server:eth0"] = ["10.0.0.10/24"] } },
            },
            ["vantage"] = Vantage,
            ["pipeline"] = pipeline,
            ["timeoutSeconds"] = timeoutSeconds,
            ["expected"] = new { faultId, layer = "RemoteHost" },
        };
        System.IO.File.WriteAllText(File, JsonSerializer.Serialize(scenario));
    }

    public string File { get; }

    public string Vantage { get; }

    /// <summary>The namespaces of this lab that stand now.</summary>
    public string[] Standing => Directory.GetFiles("/run/netns", "*-" + Vantage);

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
