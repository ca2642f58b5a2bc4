using System.Globalization;
using System.Management.Automation;
using System.Net;
using System.Net.Sockets;

namespace PacketPath.Module.Tests;

/// <summary>What Ctrl-C does: the engine calls Stop, and the pipeline must be gone within 200 ms.</summary>
public class StopTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("Get-PacketRoute")]
    [InlineData("Get-NeighborEntry")]
    [InlineData("Get-PacketInterface")]
    [InlineData("Get-QueueStats")]
    [InlineData("Get-PolicyRule")]
    [InlineData("Get-SocketEntry")]
    [InlineData("Get-FirewallHook")]
    [InlineData("Resolve-PacketFailure")]
    public void An_endless_pipeline_into_a_cmdlet_stops_at_once(string cmdlet)
    {
        var source = cmdlet switch
        {
            "Get-PolicyRule" or "Get-SocketEntry" => $"& {{ while ($true) {{ {cmdlet}; 1 }} }}",
            "Get-FirewallHook" => "& { while ($true) { '127.0.0.1' } } | ForEach-Object { $_; $underWay.Set() } | Get-FirewallHook -Port 443 -ErrorAction SilentlyContinue",
            "Get-QueueStats" => "& { while ($true) { [pscustomobject]@{ InterfaceAlias = 'lo' } } } | Get-QueueStats -All",
            "Get-PacketInterface" => "& { $lo = Get-PacketInterface lo; while ($true) { $lo } } | Get-PacketInterface",
            "Resolve-PacketFailure" => "& { $route = Get-PacketRoute 127.0.0.1; while ($true) { $underWay.Set(); $route } } | Resolve-PacketFailure",
            "Test-DnsTruncation" => "& { while ($true) { 'www.example' } } | Test-DnsTruncation -Server 127.0.0.1 -ServerPort 9 -NoCapture",
            _ => $"& {{ while ($true) {{ '127.0.0.1' }} }} | {cmdlet}",
        };

        AssertStops($"{source} | ForEach-Object {{ $underWay.Set() }}", static underWay => underWay.IsSet);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-NoCapture")]
    public void A_probe_that_waits_for_an_answer_stops_at_once(string how)
    {
        using var silent = new SilentPort();

        AssertStops($"Test-SynPath 127.0.0.1 -Port {silent.Port} -TimeoutSeconds 60 {how}", _ => silent.IsProbed());
    }

    [Theory]
    [InlineData("Get-ConntrackStats -IntervalSeconds 3600")]
    [InlineData("Get-ConntrackStats -SampleCount 0 -IntervalSeconds 0.05")]
    [InlineData("while ($true) { Get-ConntrackEntry -WarningAction SilentlyContinue -ErrorAction SilentlyContinue }")]
    public void Connection_tracking_stops_at_once(string script) => AssertStops("$underWay.Set(); " + script, static underWay => underWay.IsSet);

    [Fact]
    public void A_path_MTU_probe_that_waits_for_an_answer_stops_at_once()
    {
        using var silent = new SilentPort();

        AssertStops($"Invoke-MtuProbe 127.0.0.1 -Method Tcp -Port {silent.Port} -TimeoutSeconds 60", _ => silent.IsProbed());
    }

    [Fact]
    public void A_TLS_handshake_that_waits_for_an_answer_stops_at_once()
    {
        using var silent = new TlsPort(isSilent: true);

        AssertStops($"Test-TlsServerName 127.0.0.1 {silent.Port} -ServerName a.example, b.example -TimeoutSeconds 60", _ => silent.IsConnected);
    }

    [Fact]
    public void A_QUIC_probe_that_waits_for_an_answer_stops_at_once()
    {
        using var silent = new SilentPort();
        using var unread = new Socket(System.Net.Sockets.AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        unread.Bind(new IPEndPoint(IPAddress.Loopback, silent.Port));

        AssertStops($"Test-QuicPath 127.0.0.1 -Port {silent.Port} -TimeoutSeconds 60 -ServerName lab.example", _ => silent.IsProbed() && unread.Available > 0);
    }

    [Fact]
    public void A_proxy_that_says_nothing_is_left_at_once()
    {
        using var silent = new SilentPeer();

        AssertStops($"Test-ProxyConnect example.com:443 -Proxy 127.0.0.1:{silent.Port} -TimeoutSeconds 60 -NoCapture", _ => silent.IsAsked());
    }

    [Fact]
    public void A_question_that_waits_for_an_answer_stops_at_once()
    {
        using var server = new TestNameServer(answers: false);

        AssertStops($"Test-DnsTruncation www.example -Server 127.0.0.1 -ServerPort {server.Port} -TimeoutSeconds 60", _ => server.TakeQueries() > 0);
    }

    [Theory]
    [InlineData("-SampleCount 0 -IntervalSeconds 60")]
    [InlineData("-SampleCount 0 -IntervalSeconds 0.05")]
    public void Sampling_stops_at_once(string how) =>
        AssertStops($"& {{ $underWay.Set(); [pscustomobject]@{{ InterfaceAlias = 'lo' }} }} | Get-QueueStats -All {how} | ForEach-Object {{ }}", static underWay => underWay.IsSet);

    private static void AssertStops(string script, Func<ManualResetEventSlim, bool> isUnderWay)
    {
        var clock = new StopClock();
        for (var round = 0; round < 5; round++)
        {
            using var runspace = EngineFixture.OpenWithModule();
            using var underWay = new ManualResetEventSlim();
            runspace.SessionStateProxy.SetVariable("underWay", underWay);
            using var shell = PowerShell.Create(runspace);
            var run = shell.AddScript(script).BeginInvoke();
            Assert.True(SpinWait.SpinUntil(() => run.IsCompleted || isUnderWay(underWay), Limit), "The pipeline never got under way.");
            Assert.False(run.IsCompleted, "The pipeline ended by itself.");

            clock.Time(shell.Stop);
            Assert.True(run.IsCompleted);
        }

        clock.AssertWithinLimit();
    }

    /// <summary>Takes connections and requests, and never answers.</summary>
    private sealed class SilentPeer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private int _asked;
        private int _seen;

        public SilentPeer()
        {
            _listener.Start();
            _ = AcceptAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public bool IsAsked()
        {
            var asked = Volatile.Read(ref _asked);
            var isNew = asked > _seen;
            _seen = asked;
            return isNew;
        }

        public void Dispose() => _listener.Dispose();

        private async Task AcceptAsync()
        {
            try
            {
                while (true)
                {
                    _ = ReadAsync(await _listener.AcceptSocketAsync());
                }
            }
            catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        private async Task ReadAsync(Socket client)
        {
            using (client)
            {
                try
                {
                    var buffer = new byte[4096];
                    while (await client.ReceiveAsync(buffer) > 0)
                    {
                        Interlocked.Increment(ref _asked);
                    }
                }
                catch (SocketException)
                {
                    // The probe hung up.
                }
            }
        }
    }

    /// <summary>A loopback listener whose backlog is full: the kernel drops further SYNs without a word.</summary>
    private sealed class SilentPort : IDisposable
    {
        private readonly Socket _listener = new(System.Net.Sockets.AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly List<Socket> _fillers = [];

        public SilentPort()
        {
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _listener.Listen(0);
            Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
            // A backlog of 0 still takes one connection; the second fills what is left of it.
            for (var i = 0; i < 4; i++)
            {
                var filler = new Socket(System.Net.Sockets.AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
                _fillers.Add(filler);
                try
                {
                    filler.Connect(IPAddress.Loopback, Port);
                }
                catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
                {
                }
            }

            Before = SynSent().Count;
        }

        public int Port { get; }

        private int Before { get; }

        public bool IsProbed() => SynSent().Count > Before;

        public void Dispose()
        {
            _fillers.ForEach(static socket => socket.Dispose());
            _listener.Dispose();
        }

        private List<string> SynSent()
        {
            var remote = ":" + Port.ToString("X4", CultureInfo.InvariantCulture) + " 02 ";
            return [.. File.ReadLines("/proc/self/net/tcp").Where(line => line.Contains(remote, StringComparison.Ordinal))];
        }
    }
}
