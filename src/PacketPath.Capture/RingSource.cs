using System.Runtime.InteropServices;
using PacketPath.Capture.Interop;
using SharpPcap.LibPcap;

namespace PacketPath.Capture;

/// <summary>A live capture through libpcap's ring, in immediate mode: for any amount of traffic.</summary>
internal sealed class RingSource : LiveSource
{
    private readonly PcapHandle _handle;
    private readonly PcapReader _reader;
    private readonly bool _countsInterfaceDrops;

    /// <summary>Takes over an activated handle.</summary>
    /// <param name="handle">The handle; closed with this object.</param>
    /// <param name="interfaceName">The interface's name, for messages.</param>
    /// <param name="countsInterfaceDrops">False where libpcap would read another namespace's interface counters.</param>
    internal RingSource(PcapHandle handle, string interfaceName, bool countsInterfaceDrops)
        : base(interfaceName)
    {
        _handle = handle;
        _reader = new PcapReader(handle);
        _countsInterfaceDrops = countsInterfaceDrops;
        Descriptor = PcapNative.GetSelectableDescriptor(handle);
    }

    /// <inheritdoc/>
    public override CaptureLinkType LinkType => _reader.LinkType;

    /// <inheritdoc/>
    protected override SafeHandle Handle => _handle;

    /// <inheritdoc/>
    protected override int Descriptor { get; }

    /// <inheritdoc/>
    protected override bool Deliver(PacketHandler handler) => _reader.Next(handler) switch
    {
        PcapReader.Step.Packet => true,
        PcapReader.Step.Error => throw Broken(),
        _ => false,
    };

    /// <inheritdoc/>
    protected override CaptureCounts ReadCounts(CaptureCounts before) =>
        PcapNative.GetStatistics(_handle, out PcapNative.Statistics statistics) == 0
            ? new CaptureCounts(statistics.Received, statistics.Dropped, _countsInterfaceDrops ? statistics.InterfaceDropped : 0)
            : before;

    /// <inheritdoc/>
    protected override void Close() => _handle.Dispose();

    private CaptureException Broken()
    {
        string words = PcapNative.GetError(_handle);
        return words.Contains("disappeared", StringComparison.Ordinal)
            ? CaptureErrors.InterfaceNotFound(InterfaceName)
            : CaptureErrors.Activation(InterfaceName, 0, words);
    }
}
