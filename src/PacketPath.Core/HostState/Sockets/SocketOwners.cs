using System.Text;
using PacketPath.Interop;

namespace PacketPath.HostState;

/// <summary>Which processes hold which sockets: one walk over /proc/PID/fd. Processes are those of this pid namespace, whatever network namespace they are in.</summary>
internal sealed class SocketOwners
{
    /// <summary>Where the processes are.</summary>
    public const string Root = "/proc";

    // Tens of thousands of sockets, a few asked about: numbers until then.
    private readonly List<(int Process, (uint Inode, int FileDescriptor)[] Sockets)> _held = [];
    private readonly List<(int Id, string Name)> _processes = [];
    private readonly Lazy<Index> _index;

    /// <summary>Creates a list without any.</summary>
    public SocketOwners() => _index = new Lazy<Index>(BuildIndex);

    private readonly record struct Holder(int Process, int FileDescriptor);

    /// <summary>The first holder of each socket, and the rare others.</summary>
    private sealed record Index(Dictionary<uint, Holder> First, List<(uint Inode, Holder Holder)> Others);

    /// <summary>How many processes did not let their descriptors be read.</summary>
    public int Denied { get; set; }

    /// <summary>A walk over every process.</summary>
    public static SocketWalk Walk(CancellationToken stop) => new(Processes, NameOf, stop);

    /// <summary>A walk over these processes.</summary>
    public static SocketWalk Walk(IEnumerable<(int Id, string Name)> processes, CancellationToken stop)
    {
        var names = processes.ToDictionary(static process => process.Id, static process => process.Name);
        return new SocketWalk(() => names.Keys, id => names[id], stop);
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

    /// <summary>Adds a process; its place.</summary>
    public int AddProcess(int id, string name)
    {
        _processes.Add((id, name));
        return _processes.Count - 1;
    }

    /// <summary>Adds sockets a process holds, before any is asked about. An inode of 0 is none.</summary>
    public void Add(int process, ReadOnlySpan<int> descriptors, ReadOnlySpan<uint> inodes, int sockets)
    {
        var held = new (uint, int)[sockets];
        var next = 0;
        for (var i = 0; i < descriptors.Length; i++)
        {
            if (inodes[i] != 0)
            {
                held[next++] = (inodes[i], descriptors[i]);
            }
        }

        _held.Add((process, held));
    }

    /// <summary>True where somebody known holds the socket.</summary>
    public bool IsHeld(uint inode) => _index.Value.First.ContainsKey(inode);

    /// <summary>Who holds a socket, lowest process id first; null where nobody known does.</summary>
    public SocketOwner[]? Of(uint inode)
    {
        var index = _index.Value;
        if (!index.First.TryGetValue(inode, out var first))
        {
            return null;
        }

        if (index.Others.Count == 0)
        {
            return [Owner(first)];
        }

        return [.. index.Others.Where(other => other.Inode == inode).Select(static other => other.Holder).Prepend(first).Select(Owner)
            .OrderBy(static owner => owner.ProcessId).ThenBy(static owner => owner.FileDescriptor)];
    }

    private SocketOwner Owner(Holder holder) => new()
    {
        ProcessId = _processes[holder.Process].Id,
        ProcessName = _processes[holder.Process].Name,
        FileDescriptor = holder.FileDescriptor,
    };

    private Index BuildIndex()
    {
        var index = new Index(new Dictionary<uint, Holder>(_held.Sum(static held => held.Sockets.Length)), []);
        foreach (var (process, sockets) in _held)
        {
            foreach (var (inode, descriptor) in sockets)
            {
                var holder = new Holder(process, descriptor);
                if (!index.First.TryAdd(inode, holder))
                {
                    index.Others.Add((inode, holder));
                }
            }
        }

        return index;
    }
}
