using PacketPath.Capture.Interop;
using PacketPath.Interop;
using SharpPcap;
using SharpPcap.LibPcap;

namespace PacketPath.Capture;

/// <summary>Opens captures through libpcap.</summary>
public sealed class SharpPcapFactory : IPacketSourceFactory
{
    private const string AllInterfaces = "any";
    private const int SmallestSnapshot = 64;
    private const int LargestSnapshot = 2048;
    private const int LongestPacket = 262144;

    /// <inheritdoc/>
    public IPacketSource OpenLive(CaptureOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.SnapshotLength, SmallestSnapshot);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.SnapshotLength, LargestSnapshot);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.BufferBytes);
        bool all = options.InterfaceName == AllInterfaces;
        uint index = all ? 0 : InterfaceNative.IndexOf(options.InterfaceName);
        if (!all && index == 0)
        {
            throw CaptureErrors.InterfaceNotFound(options.InterfaceName);
        }

        try
        {
            return WithLibrary<IPacketSource>(() => options.QuickOpen ? OpenSocket(options, (int)index) : OpenRing(options));
        }
        catch (LinuxException e)
        {
            throw CaptureErrors.SystemCall(options.InterfaceName, e);
        }
    }

    /// <inheritdoc/>
    public IPacketSource OpenFile(string path, string filter)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return WithLibrary(() =>
        {
            var device = new CaptureFileReaderDevice(path);
            try
            {
                device.Open(new DeviceConfiguration { TimestampResolution = TimestampResolution.Nanosecond });
                SetFilter(device.Handle, filter);
                return new FilePacketSource(device, path);
            }
            catch (PcapException e)
            {
                device.Dispose();
                throw CaptureErrors.InvalidFile(path, e.Message, e);
            }
            catch
            {
                device.Dispose();
                throw;
            }
        });
    }

    /// <inheritdoc/>
    public string? ValidateFilter(string filter, CaptureLinkType linkType)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return WithLibrary(() =>
        {
            using PcapHandle handle = PcapNative.OpenDead(PcapReader.ToDataLink(linkType), LongestPacket);
            using BpfProgram? program = Compile(handle, filter, out string? words);
            return words;
        });
    }

    private static RingSource OpenRing(CaptureOptions options)
    {
        PcapHandle handle = Activate(options);
        try
        {
            SetFilter(handle, options.Filter);
            return new RingSource(handle, options.InterfaceName, CountsInterfaceDrops(options));
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private static SocketSource OpenSocket(CaptureOptions options, int interfaceIndex)
    {
        FileDescriptor? socket = null;
        try
        {
            socket = PacketSocket.Open(options.BufferBytes);
            if (options.Filter.Length > 0)
            {
                using PcapHandle compiler = PcapNative.OpenDead((int)CaptureLinkType.LinuxSll2, LongestPacket);
                using BpfProgram? program = Compile(compiler, options.Filter, out string? words);
                PacketSocket.AttachFilter(socket, program is null
                    ? throw CaptureErrors.InvalidFilter(options.Filter, words!)
                    : CookedFilter.Move(program) ?? throw CaptureErrors.InvalidFilter(options.Filter, "it is too long, or needs the link header"));
            }

            PacketSocket.Bind(socket, interfaceIndex);
            return new SocketSource(socket, options.InterfaceName, options.SnapshotLength, options.Direction);
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
    }

    private static unsafe PcapHandle Activate(CaptureOptions options)
    {
        byte* error = stackalloc byte[PcapNative.ErrorBufferSize];
        *error = 0;
        PcapHandle handle = PcapNative.Create(options.InterfaceName, error);
        if (handle.IsInvalid)
        {
            throw CaptureErrors.Activation(options.InterfaceName, 0, PcapNative.ReadText(error));
        }

        try
        {
            _ = PcapNative.SetSnapshotLength(handle, options.SnapshotLength);
            _ = PcapNative.SetPromiscuous(handle, options.Promiscuous ? 1 : 0);
            _ = PcapNative.SetImmediateMode(handle, 1);
            _ = PcapNative.SetBufferSize(handle, options.BufferBytes);
            _ = PcapNative.SetTimestampPrecision(handle, PcapNative.PrecisionNanoseconds);
            int result = PcapNative.Activate(handle);
            if (result < 0)
            {
                throw CaptureErrors.Activation(options.InterfaceName, result, PcapNative.GetError(handle));
            }

            if (options.InterfaceName == AllInterfaces)
            {
                // libpcap before 1.10 does not know it and stays with version 1.
                _ = PcapNative.SetDataLink(handle, (int)CaptureLinkType.LinuxSll2);
            }

            if (PcapNative.SetNonBlocking(handle, 1, error) < 0)
            {
                throw CaptureErrors.Activation(options.InterfaceName, 0, PcapNative.ReadText(error));
            }

            if (options.Direction != CaptureDirection.Both && PcapNative.SetDirection(handle, (int)options.Direction) < 0)
            {
                throw CaptureErrors.Activation(options.InterfaceName, 0, PcapNative.GetError(handle));
            }

            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private static void SetFilter(PcapHandle handle, string filter)
    {
        if (filter.Length == 0)
        {
            return;
        }

        using BpfProgram? program = Compile(handle, filter, out string? words);
        if (program is null || PcapNative.SetFilter(handle, program) < 0)
        {
            throw CaptureErrors.InvalidFilter(filter, words ?? PcapNative.GetError(handle));
        }
    }

    private static BpfProgram? Compile(PcapHandle handle, string filter, out string? words)
    {
        if (filter.Contains('\0', StringComparison.Ordinal))
        {
            words = "it contains a null character";
            return null;
        }

        BpfProgram? program = BpfProgram.TryCreate(handle, filter);
        words = program is null ? PcapNative.GetError(handle) : null;
        return program;
    }

    // libpcap reads them from /sys, which shows the process's own namespace whatever the thread's is.
    private static bool CountsInterfaceDrops(CaptureOptions options) =>
        options.Promiscuous
        && options.InterfaceName != AllInterfaces
        && File.ResolveLinkTarget("/proc/thread-self/ns/net", false)?.Name == File.ResolveLinkTarget("/proc/self/ns/net", false)?.Name;

    private static T WithLibrary<T>(Func<T> body)
    {
        try
        {
            return body();
        }
        catch (Exception e) when (CaptureErrors.IsLibraryMissing(e))
        {
            throw CaptureErrors.LibraryMissing(e);
        }
    }
}
