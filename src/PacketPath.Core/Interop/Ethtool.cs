using System.Runtime.InteropServices;
using System.Text;

namespace PacketPath.Interop;

/// <summary>The ethtool ioctls (linux/ethtool.h) that need no privilege: driver name, link speed, rings, channels and the driver's counters.</summary>
internal sealed partial class Ethtool : IDisposable
{
    private const int AfInet = 2;
    private const int DatagramCloseOnExec = 2 | 0x80000;

    /// <summary>SIOCETHTOOL (linux/sockios.h).</summary>
    public const int SiocEthtool = 0x8946;

    /// <summary>ETHTOOL_GDRVINFO.</summary>
    public const int GetDriverInfo = 0x3;

    /// <summary>ETHTOOL_GLINKSETTINGS.</summary>
    public const int GetLinkSettings = 0x4c;

    /// <summary>sizeof(struct ethtool_drvinfo).</summary>
    public const int DriverInfoSize = 196;

    /// <summary>offsetof(struct ethtool_drvinfo, driver).</summary>
    public const int DriverOffset = 4;

    /// <summary>sizeof(struct ethtool_link_settings), without the masks that follow.</summary>
    public const int LinkSettingsSize = 48;

    /// <summary>offsetof(struct ethtool_link_settings, speed).</summary>
    public const int SpeedOffset = 4;

    /// <summary>offsetof(struct ethtool_link_settings, link_mode_masks_nwords).</summary>
    public const int MaskWordsOffset = 15;

    /// <summary>sizeof(struct ifreq).</summary>
    public const int RequestSize = 40;

    /// <summary>IFNAMSIZ.</summary>
    public const int NameSize = 16;

    private readonly FileDescriptor _socket;

    private Ethtool(FileDescriptor socket) => _socket = socket;

    /// <summary>Opens a control socket in the calling thread's network namespace; null where the kernel has no IPv4.</summary>
    public static Ethtool? TryOpen()
    {
        var socket = Socket(AfInet, DatagramCloseOnExec, 0);
        if (!socket.IsInvalid)
        {
            return new Ethtool(socket);
        }

        socket.Dispose();
        return null;
    }

    /// <summary>The driver's name; null where the device does not say.</summary>
    public string? Driver(string interfaceName)
    {
        Span<byte> info = stackalloc byte[DriverInfoSize];
        info.Clear();
        BitConverter.TryWriteBytes(info, GetDriverInfo);
        if (!Ask(interfaceName, info))
        {
            return null;
        }

        var name = info.Slice(DriverOffset, 32);
        var end = name.IndexOf((byte)0);
        var text = Encoding.UTF8.GetString(end < 0 ? name : name[..end]);
        return text.Length == 0 ? null : DisplayText.Clean(text);
    }

    /// <summary>The speed in megabits per second; null where the device does not say.</summary>
    public long? SpeedMbps(string interfaceName)
    {
        // The first call tells how many mask words the kernel has, as a negative number.
        Span<byte> settings = stackalloc byte[LinkSettingsSize + (3 * 127 * 4)];
        settings.Clear();
        BitConverter.TryWriteBytes(settings, GetLinkSettings);
        if (!Ask(interfaceName, settings))
        {
            return null;
        }

        var words = (sbyte)settings[MaskWordsOffset];
        if (words >= 0)
        {
            return null;
        }

        settings.Clear();
        BitConverter.TryWriteBytes(settings, GetLinkSettings);
        settings[MaskWordsOffset] = (byte)-words;
        if (words == sbyte.MinValue || !Ask(interfaceName, settings))
        {
            return null;
        }

        var speed = BitConverter.ToUInt32(settings[SpeedOffset..]);
        return speed is 0 or > int.MaxValue ? null : speed;
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private unsafe bool Ask(string interfaceName, Span<byte> data)
    {
        Span<byte> request = stackalloc byte[RequestSize];
        request.Clear();
        if (Encoding.UTF8.GetByteCount(interfaceName) >= NameSize)
        {
            return false;
        }

        Encoding.UTF8.GetBytes(interfaceName, request);
        fixed (byte* pointer = data)
        fixed (byte* requestPointer = request)
        {
            *(byte**)(requestPointer + NameSize) = pointer;
            return Ioctl(_socket, SiocEthtool, requestPointer) == 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial FileDescriptor Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static unsafe partial int Ioctl(FileDescriptor socket, nuint request, byte* argument);
}
