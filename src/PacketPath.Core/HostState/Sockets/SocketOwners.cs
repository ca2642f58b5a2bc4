using System.Text;
using PacketPath.Interop;

namespace PacketPath.HostState;

/// <summary>Which processes hold which sockets: one walk over /proc/PID/fd. Processes are those of this pid namespace, whatever network namespace they are in.</summary>
internal sealed class SocketOwners
{
    private const string Root = "/proc";

    // Tens of thousands of sockets, a few asked about: numbers until then. The first holder of each, and the rare others.
    private readonly Dictionary<uint, Holder> _first = [];
    private readonly List<(uint Inode, Holder Holder)> _others = [];
    private readonly List<(int Id, string Name)> _processes = [];

    private readonly record struct Holder(int Process, int FileDescriptor);

    /// <summary>How many processes did not let their descriptors be read.</summary>
    public int Denied { get; private set; }

    /// <summary>Walks every process.</summary>
    public static SocketOwners Walk(CancellationToken stop)
    {
        var owners = new SocketOwners();
        foreach (var process in Processes())
        {
            stop.ThrowIfCancellationRequested();
            owners.Read(process, NameOf, stop);
        }

        return owners;
    }

    /// <summary>Walks these processes.</summary>
    public static SocketOwners Walk(IEnumerable<(int Id, string Name)> processes, CancellationToken stop)
    {
        var owners = new SocketOwners();
        foreach (var (id, name) in processes)
        {
            stop.ThrowIfCancellationRequested();
            owners.Read(id, _ => name, stop);
        }

        return owners;
    }

    /// <summary>The processes there are, by id.</summary>
    public static IReadOnlyList<int> Processes()
    {
        var found = new List<int>();
        using var listing = DirectoryListing.TryOpen(Root, out var errno) ?? throw new LinuxException(errno, "opendir", Root);
        while (listing.Next())
        {
            found.Add(listing.Number);
        }

        return found;
    }

    /// <summary>A process's name; null where it is gone.</summary>
    public static string? NameOf(int process)
    {
        try
        {
            return DisplayText.Clean(Encoding.UTF8.GetString(File.ReadAllBytes($"{Root}/{process}/comm")).TrimEnd('\n'));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>True where somebody known holds the socket.</summary>
    public bool IsHeld(uint inode) => _first.ContainsKey(inode);

    /// <summary>Who holds a socket, lowest process id first; null where nobody known does.</summary>
    public SocketOwner[]? Of(uint inode)
    {
        if (!_first.TryGetValue(inode, out var first))
        {
            return null;
        }

        var holders = _others.Count == 0 ? [] : _others.Where(other => other.Inode == inode).Select(static other => other.Holder);
        return [.. holders.Prepend(first).Select(holder => new SocketOwner
        {
            ProcessId = _processes[holder.Process].Id,
            ProcessName = _processes[holder.Process].Name,
            FileDescriptor = holder.FileDescriptor,
        }).OrderBy(static owner => owner.ProcessId)];
    }

    private void Read(int process, Func<int, string?> nameOf, CancellationToken stop)
    {
        using var listing = DirectoryListing.TryOpen($"{Root}/{process}/fd", out var errno);
        if (listing is null)
        {
            Denied += errno is Errno.EACCES or Errno.EPERM ? 1 : 0;
            return;
        }

        var index = -1;
        while (listing.Next())
        {
            if ((listing.Number & 0x3ff) == 0)
            {
                stop.ThrowIfCancellationRequested();
            }

            var inode = listing.SocketInode();
            if (inode == 0)
            {
                continue;
            }

            if (index < 0)
            {
                index = _processes.Count;
                _processes.Add((process, nameOf(process) ?? ""));
            }

            var holder = new Holder(index, listing.Number);
            if (!_first.TryAdd(inode, holder))
            {
                _others.Add((inode, holder));
            }
        }
    }
}
