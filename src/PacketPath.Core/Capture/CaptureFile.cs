namespace PacketPath.Capture;

/// <summary>The file beside a capture: pcapng where its name says so, else pcap. Written from several threads.</summary>
internal sealed class CaptureFile : IDisposable
{
    private const string PcapngExtension = ".pcapng";
    private const int BufferBytes = 256 * 1024;

    private readonly object _gate = new();
    private readonly PcapngWriter? _pcapng;
    private readonly PcapWriter? _pcap;

    private CaptureFile(PcapngWriter? pcapng, PcapWriter? pcap)
    {
        _pcapng = pcapng;
        _pcap = pcap;
    }

    /// <summary>Creates the file, or empties one that is there.</summary>
    /// <param name="path">Its path; a name ending in .pcapng makes it one.</param>
    /// <param name="sources">The link type and name of each source, in order.</param>
    /// <param name="snapshotLength">The most bytes kept of a packet.</param>
    /// <exception cref="CaptureException">The file cannot be written, or cannot hold these sources.</exception>
    public static CaptureFile Create(string path, IReadOnlyList<(CaptureLinkType LinkType, string Name)> sources, int snapshotLength)
    {
        var isPcapng = path.EndsWith(PcapngExtension, StringComparison.OrdinalIgnoreCase);
        if (!isPcapng && sources.Select(s => s.LinkType).Distinct().Count() > 1)
        {
            throw new CaptureException(
                CaptureFailureReason.InvalidFile,
                $"The file '{path}' cannot hold packets of interfaces of different kinds: a pcap file has one link type.",
                "Give it a name that ends in .pcapng.");
        }

        try
        {
            var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, BufferBytes);
            if (!isPcapng)
            {
                return new CaptureFile(null, new PcapWriter(stream, sources[0].LinkType, snapshotLength));
            }

            var writer = new PcapngWriter(stream, snapshotLength);
            foreach (var (linkType, name) in sources)
            {
                writer.AddInterface(name, linkType);
            }

            return new CaptureFile(writer, null);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new CaptureException(CaptureFailureReason.InvalidFile, $"The file '{path}' cannot be written: {failure.Message}", "Give a path in a folder that you may write to.", failure);
        }
    }

    /// <summary>Writes a packet of one of the sources.</summary>
    /// <exception cref="IOException">The file cannot take it.</exception>
    public void Write(int source, in CapturedPacket packet)
    {
        lock (_gate)
        {
            _pcapng?.Write(source, packet);
            _pcap?.Write(packet);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _pcapng?.Dispose();
            _pcap?.Dispose();
        }
    }
}
