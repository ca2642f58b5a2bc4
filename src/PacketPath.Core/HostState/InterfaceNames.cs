using PacketPath.Interop;
using PacketPath.Netlink;
using PacketPath.Netlink.Link;

namespace PacketPath.HostState;

/// <summary>Interface names by index and back, inside one namespace; asked once each and remembered.</summary>
internal sealed class InterfaceNames : IDisposable
{
    private readonly NetlinkSocket _socket;
    private readonly AttributeWriter _writer = new();
    private readonly Dictionary<int, string?> _byIndex = [];
    private readonly Dictionary<string, int> _byName = new(StringComparer.Ordinal);

    /// <summary>Creates the cache over a socket, which it then owns.</summary>
    public InterfaceNames(NetlinkSocket socket) => _socket = socket;

    /// <summary>Opens a cache for a namespace.</summary>
    public static InterfaceNames Open(NetworkNamespace networkNamespace) =>
        new(networkNamespace.Run(static () => NetlinkSocket.Open(NetlinkProtocol.Route)));

    /// <summary>The name of an interface; null where there is none with that index.</summary>
    public string? Find(int index)
    {
        if (index <= 0)
        {
            return null;
        }

        if (!_byIndex.TryGetValue(index, out var name))
        {
            _writer.Clear();
            LinkRequests.Get(_writer, index, statistics: false);
            name = Ask()?.Value;
            _byIndex[index] = name;
        }

        return name;
    }

    /// <summary>The name of an interface, else <c>if</c> and its index.</summary>
    public string Name(int index) => Find(index) ?? $"if{index}";

    /// <summary>The index of an interface by name or alternative name; 0 where there is none.</summary>
    public int Index(string name)
    {
        if (name.Length is 0 or > 127)
        {
            return 0;
        }

        if (!_byName.TryGetValue(name, out var index))
        {
            _writer.Clear();
            LinkRequests.Get(_writer, name, statistics: false);
            index = Ask()?.Key ?? 0;
            _byName[name] = index;
        }

        return index;
    }

    /// <summary>The indexes of the interfaces whose name passes.</summary>
    public int[] Indexes(Func<string, bool> filter)
    {
        _writer.Clear();
        LinkRequests.Dump(_writer, statistics: false);
        var links = _socket.Dump<KeyValuePair<int, string>>(_writer, LinkMessage.ReadName, new DumpStatus(), CancellationToken.None);
        foreach (var (index, name) in links)
        {
            _byIndex[index] = name;
        }

        return [.. links.Where(link => filter(link.Value)).Select(static link => link.Key)];
    }

    /// <summary>Forgets what was asked, so that changes are seen.</summary>
    public void Clear()
    {
        _byIndex.Clear();
        _byName.Clear();
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private KeyValuePair<int, string>? Ask()
    {
        try
        {
            return _socket.Get<KeyValuePair<int, string>?>(
                _writer, static (in NetlinkMessage message) => LinkMessage.ReadName(message), CancellationToken.None);
        }
        catch (NetlinkException exception) when (exception.Errno is Errno.ENODEV or Errno.ENXIO or Errno.EINVAL)
        {
            return null;
        }
    }
}
