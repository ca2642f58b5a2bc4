using System.Diagnostics;
using System.Net;
using PacketPath.Capture;

namespace PacketPath.Labs.Tests.Capture;

public sealed class CaptureCountTests : IDisposable
{
    private readonly CaptureLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [CaptureTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void EveryPacketOfAFloodIsDeliveredOrCountedAsDropped(bool quickOpen)
    {
        const int flood = 50_000;
        int seen = 0;
        using var release = new ManualResetEventSlim();
        var options = new CaptureOptions { InterfaceName = "eth0", Filter = "udp dst port 9", BufferBytes = 256 * 1024, QuickOpen = quickOpen };
        using var capture = new RunningCapture(_lab.Open(options), (in CapturedPacket packet) =>
        {
            seen++;
            _ = release.Wait(TimeSpan.FromSeconds(30));
        });
        int sent = _lab.SendUdp(CaptureLab.PeerIPv4, flood);
        release.Set();
        RunningCapture.Until(() => seen + capture.Source.GetCounts().Dropped >= sent, "every datagram delivered or dropped");
        _ = capture.Stop();

        CaptureCounts counts = capture.Source.GetCounts();
        Assert.Equal(flood, sent);
        Assert.Equal(sent, counts.Received);
        Assert.InRange(counts.Dropped, 1, flood - 1);
        Assert.Equal(sent, seen + counts.Dropped);
        Assert.Equal(0, counts.InterfaceDropped);
    }

    [TcpdumpTheory]
    [InlineData("eth0", false)]
    [InlineData("any", false)]
    [InlineData("any", true)]
    public void TcpdumpSeesTheSamePackets(string interfaceName, bool quickOpen)
    {
        const string filter = "udp or tcp";
        string path = Path.Combine(Path.GetTempPath(), $"packetpath-{Guid.NewGuid():N}.pcap");
        List<byte[]> ours = [];
        List<byte[]> theirs = [];
        try
        {
            using (Process tcpdump = StartTcpdump(interfaceName, path, filter))
            {
                var options = new CaptureOptions { InterfaceName = interfaceName, Filter = filter, SnapshotLength = 2048, QuickOpen = quickOpen };
                using (var capture = new RunningCapture(_lab.Open(options), Collect(ours)))
                {
                    SendTraffic();
                    _ = capture.Stop();
                }

                using Process interrupt = Process.Start("kill", ["-INT", tcpdump.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
                Assert.True(tcpdump.WaitForExit(TimeSpan.FromSeconds(10)));
            }

            using IPacketSource file = PacketSources.Factory.OpenFile(path, "");
            file.Run(Collect(theirs), CancellationToken.None);
        }
        finally
        {
            File.Delete(path);
        }

        Assert.InRange(ours.Count, 40, 100);
        Assert.Equal(theirs.Select(Convert.ToHexString), ours.Select(Convert.ToHexString));
    }

    private static PacketHandler Collect(List<byte[]> packets) => (in CapturedPacket p) => packets.Add(p.Data.ToArray());

    private void SendTraffic()
    {
        foreach (IPAddress peer in new[] { CaptureLab.PeerIPv4, CaptureLab.PeerIPv6 })
        {
            _ = _lab.SendUdp(peer, 10);
            for (int port = 81; port < 86; port++)
            {
                _lab.ConnectRefused(peer, port);
            }
        }
    }

    private Process StartTcpdump(string interfaceName, string path, string filter)
    {
        // --time-stamp-precision and -y leave nothing to the tool's defaults; -Z root lets it write where we look.
        string[] link = interfaceName == "any" ? ["-y", "LINUX_SLL2"] : [];
        string[] arguments =
        [
            "netns", "exec", _lab.Network.NamespaceOf("a"), TcpdumpTheoryAttribute.FindTcpdump()!,
            "-i", interfaceName, .. link, "-s", "2048", "-U", "-n", "-Z", "root", "--immediate-mode", "-w", path, filter,
        ];
        var process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (process.StandardError.ReadLineAsync(patience.Token).AsTask().GetAwaiter().GetResult() is { } line)
        {
            if (line.Contains("listening on", StringComparison.Ordinal))
            {
                return process;
            }
        }

        throw new InvalidOperationException("tcpdump ended before it listened.");
    }
}
