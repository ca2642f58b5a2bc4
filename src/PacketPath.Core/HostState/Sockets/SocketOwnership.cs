namespace PacketPath.HostState;

/// <summary>
/// Who holds the sockets of one listing. The walk over /proc goes on beside the listing and ends with it; a socket asks for its owners when
/// they are read, and waits for the walk if it must.
/// </summary>
internal sealed class SocketOwnership
{
    private const string What = "owning process";

    private static readonly MissingObservation Denied = new()
    {
        What = What,
        Why = "descriptors of other users' processes may not be read without CAP_SYS_PTRACE",
        Remedy = "Run as root, or with CAP_SYS_PTRACE.",
    };

    private static readonly MissingObservation Elsewhere = new()
    {
        What = What,
        Why = "no process of this pid namespace holds it: a process of another one does, or the kernel itself",
        Remedy = "Look from the host's own pid namespace.",
    };

    private static readonly MissingObservation Unread = new()
    {
        What = What,
        Why = "/proc could not be read to the end",
        Remedy = "Run it again.",
    };

    private static readonly MissingObservation[] OnlyDenied = [Denied];
    private static readonly MissingObservation[] OnlyElsewhere = [Elsewhere];

    private readonly SocketWalk? _walk;
    private volatile SocketOwners? _owners;

    /// <summary>Begins a walk over every process.</summary>
    public SocketOwnership(CancellationToken stop)
    {
        _walk = SocketOwners.Walk(stop);
        _ = Task.Factory.StartNew(() => _owners = Take(_walk), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Takes a walk that is over.</summary>
    public SocketOwnership(SocketOwners owners) => _owners = owners;

    /// <summary>What the walk found, once it is over; null where it failed. Whoever asks before that walks along.</summary>
    public SocketOwners? Owners => _owners ??= Take(_walk!);

    /// <summary>Who holds a socket; null where nobody known does.</summary>
    public SocketOwner[]? Of(long inode) => inode == 0 ? null : Owners?.Of((uint)inode);

    /// <summary>What is missing of a socket: its owners too, where none was found. Half-open and dying connections belong to no process by nature.</summary>
    public MissingObservation[] NotObserved(long inode, MissingObservation[] others)
    {
        if (inode == 0 || Owners?.IsHeld((uint)inode) == true)
        {
            return others;
        }

        var reason = Owners is not { } owners ? Unread : owners.Denied > 0 ? Denied : Elsewhere;
        return others.Length > 0 ? [.. others, reason] : reason == Denied ? OnlyDenied : reason == Elsewhere ? OnlyElsewhere : [reason];
    }

    private static SocketOwners? Take(SocketWalk walk)
    {
        try
        {
            return walk.Run();
        }
        catch (Exception exception) when (exception is OperationCanceledException or Interop.LinuxException)
        {
            return null;
        }
    }
}
