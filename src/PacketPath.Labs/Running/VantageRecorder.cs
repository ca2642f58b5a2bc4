using PacketPath.Capture;
using PacketPath.HostState;

namespace PacketPath.Labs;

/// <summary>Records what the vantage's interfaces carry while the pipeline runs, for a look at a failure.</summary>
internal sealed class VantageRecorder : IDisposable
{
    private const int SnapshotLength = 256;
    private const int MostBytes = 8 * 1024 * 1024;
    private readonly CancellationTokenSource _stop = new();
    private readonly MemoryStream _recorded = new();
    private readonly string _scenario;
    private readonly Thread? _thread;

    private VantageRecorder(string scenario, IPacketSource? source)
    {
        _scenario = scenario;
        if (source is not null)
        {
            _thread = new Thread(() => Record(source)) { IsBackground = true, Name = "PacketPath lab recorder" };
            _thread.Start();
        }
    }

    /// <summary>Starts recording; where no capture can be had, nothing is recorded.</summary>
    public static VantageRecorder Start(LabSite site)
    {
        try
        {
            using var inside = NetworkNamespace.Open(site.Vantage);
            return new VantageRecorder(site.Scenario.Name, inside.Run(() => PacketSources.Factory.OpenLive(
                new CaptureOptions { SnapshotLength = SnapshotLength, QuickOpen = true })));
        }
        catch (CaptureException)
        {
            return new VantageRecorder(site.Scenario.Name, null);
        }
    }

    /// <summary>Writes the recording to a file of its own; null where there is none.</summary>
    public string? Save()
    {
        if (_thread is null)
        {
            return null;
        }

        End();
        var path = Path.Combine(Directory.CreateTempSubdirectory("packetpath-").FullName, _scenario + ".pcap");
        File.WriteAllBytes(path, _recorded.ToArray());
        return path;
    }

    public void Dispose()
    {
        End();
        _stop.Dispose();
    }

    private void End()
    {
        _stop.Cancel();
        _thread?.Join();
    }

    private void Record(IPacketSource source)
    {
        using (source)
        using (var writer = new PcapWriter(_recorded, source.LinkType, SnapshotLength, leaveOpen: true))
        {
            try
            {
                source.Run(
                    (in CapturedPacket packet) =>
                    {
                        if (_recorded.Length < MostBytes)
                        {
                            writer.Write(packet);
                        }
                    },
                    _stop.Token);
            }
            catch (CaptureException)
            {
                // The interface went away; what was seen before is kept.
            }
        }
    }
}
