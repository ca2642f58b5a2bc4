using PacketPath.Capture.Interop;
using SharpPcap.LibPcap;

namespace PacketPath.Capture;

/// <summary>A recorded capture.</summary>
internal sealed class FilePacketSource : IPacketSource
{
    private readonly CaptureFileReaderDevice _device;
    private readonly PcapHandle _handle;
    private readonly PcapReader _reader;
    private readonly string _path;
    private long _delivered;

    /// <summary>Takes over an open file.</summary>
    internal FilePacketSource(CaptureFileReaderDevice device, string path)
    {
        _device = device;
        _handle = device.Handle;
        _reader = new PcapReader(_handle);
        _path = path;
    }

    /// <inheritdoc/>
    public CaptureLinkType LinkType => _reader.LinkType;

    /// <inheritdoc/>
    public void Run(PacketHandler handler, CancellationToken stop)
    {
        bool held = false;
        try
        {
            _handle.DangerousAddRef(ref held);
            while (!stop.IsCancellationRequested)
            {
                switch (_reader.Next(handler))
                {
                    case PcapReader.Step.Packet:
                        _delivered++;
                        break;
                    case PcapReader.Step.Error:
                        throw CaptureErrors.InvalidFile(_path, PcapNative.GetError(_handle));
                    default:
                        return;
                }
            }
        }
        finally
        {
            if (held)
            {
                _handle.DangerousRelease();
            }
        }
    }

    /// <inheritdoc/>
    public CaptureCounts GetCounts() => new(_delivered, 0, 0);

    /// <inheritdoc/>
    public void Dispose() => _device.Dispose();
}
