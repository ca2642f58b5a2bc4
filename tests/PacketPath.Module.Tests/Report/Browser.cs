using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PacketPath.Module.Tests.Report;

/// <summary>A headless Chromium with a profile of its own, spoken to by its DevTools protocol, and gone with this object.</summary>
public sealed class Browser : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly CancellationTokenSource _limit = new(Limit);
    private readonly string _profile = Directory.CreateTempSubdirectory("packetpath-browser-").FullName;
    private readonly ClientWebSocket _socket = new();
    private readonly Process _process;
    private int _calls;

    private Browser()
    {
        var start = new ProcessStartInfo(BrowserFactAttribute.Program!)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            ArgumentList =
            {
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run", "--disable-background-networking", "--disable-component-update",
                "--remote-debugging-port=0", $"--user-data-dir={_profile}", "--window-size=1280,1000", "about:blank",
            },
        };
        _process = Process.Start(start)!;
    }

    /// <summary>What the page wrote to its console, errors among it, since the last look.</summary>
    public List<string> Console { get; } = [];

    /// <summary>The addresses the page asked for.</summary>
    public List<string> Requests { get; } = [];

    public static async Task<Browser> Start()
    {
        var browser = new Browser();
        try
        {
            await browser.Connect();
            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens a page and waits until it is there.</summary>
    public async Task Open(string address)
    {
        var loaded = false;
        await Call("Page.navigate", new JsonObject { ["url"] = address }, e => loaded |= e == "Page.loadEventFired");
        while (!loaded)
        {
            loaded = Note(await Receive()) == "Page.loadEventFired";
        }
    }

    /// <summary>What an expression comes to.</summary>
    public async Task<string> Evaluate(string expression)
    {
        var result = await Call("Runtime.evaluate", new JsonObject { ["expression"] = $"String({expression})" });
        return result["result"]!["value"]!.GetValue<string>();
    }

    /// <summary>Shows the page as another screen, colour scheme or medium would.</summary>
    public async Task Emulate(int width, string scheme, string medium = "screen")
    {
        await Call("Emulation.setDeviceMetricsOverride", new JsonObject { ["width"] = width, ["height"] = 1000, ["deviceScaleFactor"] = 1, ["mobile"] = false });
        var features = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = scheme });
        await Call("Emulation.setEmulatedMedia", new JsonObject { ["media"] = medium, ["features"] = features });
    }

    /// <summary>A picture of what the window shows, as PNG.</summary>
    public async Task<byte[]> Screenshot() =>
        Convert.FromBase64String((await Call("Page.captureScreenshot", new JsonObject { ["format"] = "png" }))["data"]!.GetValue<string>());

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        using var last = new CancellationTokenSource(Limit);
        await _process.WaitForExitAsync(last.Token);
        _process.Dispose();
        _socket.Dispose();
        _limit.Dispose();
        Directory.Delete(_profile, recursive: true);
    }

    private async Task Connect()
    {
        const string Announcement = "DevTools listening on ";
        string? line;
        do
        {
            line = await _process.StandardError.ReadLineAsync(_limit.Token);
        }
        while (line is not null && !line.StartsWith(Announcement, StringComparison.Ordinal));
        Assert.NotNull(line);
        _ = _process.StandardError.ReadToEndAsync(_limit.Token);
        _ = _process.StandardOutput.ReadToEndAsync(_limit.Token);
        var whole = new Uri(line[Announcement.Length..]);

        using var http = new HttpClient();
        var pages = JsonNode.Parse(await http.GetStringAsync($"http://{whole.Authority}/json/list", _limit.Token))!.AsArray();
        var page = pages.First(static p => p!["type"]!.GetValue<string>() == "page")!["webSocketDebuggerUrl"]!.GetValue<string>();
        await _socket.ConnectAsync(new Uri(page), _limit.Token);
        foreach (var domain in new[] { "Page", "Runtime", "Log", "Network", "Security" })
        {
            await Call(domain + ".enable", []);
        }
    }

    private async Task<JsonNode> Call(string method, JsonObject parameters, Action<string>? seen = null)
    {
        var id = ++_calls;
        var text = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters }.ToJsonString();
        await _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, _limit.Token);
        while (true)
        {
            var message = await Receive();
            if (message["id"]?.GetValue<int>() == id)
            {
                Assert.True(message["error"] is null, $"{method}: {message["error"]}");
                return message["result"]!;
            }

            seen?.Invoke(Note(message));
        }
    }

    private string Note(JsonNode message)
    {
        var name = message["method"]?.GetValue<string>() ?? "";
        switch (name)
        {
            case "Log.entryAdded" or "Runtime.consoleAPICalled" or "Runtime.exceptionThrown":
                Console.Add(message["params"]!.ToJsonString());
                break;
            case "Network.requestWillBeSent":
                Requests.Add(message["params"]!["request"]!["url"]!.GetValue<string>());
                break;
        }

        return name;
    }

    private async Task<JsonNode> Receive()
    {
        using var whole = new MemoryStream();
        var part = new byte[64 * 1024];
        WebSocketReceiveResult result;
        do
        {
            result = await _socket.ReceiveAsync(part, _limit.Token);
            whole.Write(part, 0, result.Count);
        }
        while (!result.EndOfMessage);
        return JsonNode.Parse(whole.ToArray())!;
    }
}
