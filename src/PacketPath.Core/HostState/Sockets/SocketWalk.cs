using PacketPath.Interop;

namespace PacketPath.HostState;

/// <summary>One walk over the descriptors of processes. Several threads may do it together: each takes some descriptors at a time, until none are left.</summary>
internal sealed class SocketWalk
{
    private const int BatchSize = 256;

    private readonly object _gate = new();
    private readonly SocketOwners _owners = new();
    private readonly Func<IEnumerable<int>> _list;
    private readonly Func<int, string?> _nameOf;
    private readonly CancellationToken _stop;
    private IEnumerator<int>? _processes;
    private Folder? _open;
    private Exception? _failure;
    private bool _isOver;
    private int _busy;

    /// <summary>Prepares a walk.</summary>
    /// <param name="list">The processes.</param>
    /// <param name="nameOf">A process's name; asked for only where it holds a socket.</param>
    /// <param name="stop">Gives up.</param>
    public SocketWalk(Func<IEnumerable<int>> list, Func<int, string?> nameOf, CancellationToken stop)
    {
        _list = list;
        _nameOf = nameOf;
        _stop = stop;
    }

    private sealed class Folder(DirectoryListing listing, int process)
    {
        public DirectoryListing Listing => listing;

        public int Process => process;

        public int Index { get; set; } = -1;

        public int Users { get; set; }

        public bool IsRead { get; set; }
    }

    /// <summary>Takes part until the walk is over.</summary>
    /// <exception cref="LinuxException">/proc cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public SocketOwners Run()
    {
        var numbers = new int[BatchSize];
        var inodes = new uint[BatchSize];
        var count = 0;
        Folder? folder = null;
        while ((folder = Next(folder, numbers, inodes, ref count)) is not null)
        {
            for (var i = 0; i < count; i++)
            {
                inodes[i] = folder.Listing.SocketInode(numbers[i]);
            }
        }

        lock (_gate)
        {
            while (_busy > 0)
            {
                Monitor.Wait(_gate);
            }

            return _failure is null ? _owners : throw _failure;
        }
    }

    /// <summary>Hands in what was read, and takes the next descriptors; null where there are none.</summary>
    private Folder? Next(Folder? done, int[] numbers, uint[] inodes, ref int count)
    {
        lock (_gate)
        {
            if (done is not null)
            {
                Keep(done, numbers.AsSpan(0, count), inodes);
            }

            try
            {
                while (!_isOver)
                {
                    _stop.ThrowIfCancellationRequested();
                    if ((_open ??= OpenNext()) is not { } folder)
                    {
                        break;
                    }

                    for (count = 0; count < numbers.Length && folder.Listing.Next(); count++)
                    {
                        numbers[count] = folder.Listing.Number;
                    }

                    folder.Users++;
                    _busy++;
                    if (count < numbers.Length)
                    {
                        folder.IsRead = true;
                        _open = null;
                    }

                    return folder;
                }
            }
            catch (Exception exception) when (exception is OperationCanceledException or LinuxException)
            {
                _failure ??= exception;
            }

            End();
            return null;
        }
    }

    private void End()
    {
        _isOver = true;
        if (_open is { } folder)
        {
            folder.IsRead = true;
            _open = null;
            CloseUnused(folder);
        }
    }

    private Folder? OpenNext()
    {
        _processes ??= _list().GetEnumerator();
        while (_processes.MoveNext())
        {
            var listing = DirectoryListing.TryOpen($"{SocketOwners.Root}/{_processes.Current}/fd", out var errno);
            if (listing is not null)
            {
                return new Folder(listing, _processes.Current);
            }

            _owners.Denied += errno is Errno.EACCES or Errno.EPERM ? 1 : 0;
        }

        return null;
    }

    private void Keep(Folder folder, ReadOnlySpan<int> numbers, ReadOnlySpan<uint> inodes)
    {
        var sockets = 0;
        foreach (var inode in inodes[..numbers.Length])
        {
            sockets += inode != 0 ? 1 : 0;
        }

        if (sockets > 0)
        {
            if (folder.Index < 0)
            {
                folder.Index = _owners.AddProcess(folder.Process, _nameOf(folder.Process) ?? "");
            }

            _owners.Add(folder.Index, numbers, inodes, sockets);
        }

        folder.Users--;
        CloseUnused(folder);
        if (--_busy == 0)
        {
            Monitor.PulseAll(_gate);
        }
    }

    private static void CloseUnused(Folder folder)
    {
        if (folder is { IsRead: true, Users: 0 })
        {
            folder.Listing.Dispose();
        }
    }
}
