using PacketPath.Interop;

namespace PacketPath.HostState;

/// <summary>A network namespace, held open: it stays reachable even if its name or its processes go away.</summary>
public sealed class NetworkNamespace : IDisposable
{
    private readonly FileDescriptor? _file;

    private NetworkNamespace(FileDescriptor? file, string asked, string label)
    {
        _file = file;
        Asked = asked;
        Label = label;
    }

    /// <summary>The name under /run/netns, else <c>net:[inode]</c>.</summary>
    public string Label { get; }

    /// <summary>What was asked for, as it was written; empty for the process's own.</summary>
    public string Asked { get; }

    /// <summary>True for the process's own namespace.</summary>
    public bool IsCurrent => _file is null;

    /// <summary>Opens a namespace.</summary>
    /// <param name="nameOrPathOrPid">A name under /run/netns, a path, a process id, or <c>net:[inode]</c>; null for the process's own.</param>
    /// <exception cref="NetNamespaceException">It cannot be found or opened.</exception>
    public static NetworkNamespace Open(string? nameOrPathOrPid)
    {
        var own = FileStatus.Of(NetworkNamespaceDirectory.OwnPath)
            ?? throw new NetNamespaceException(NetNamespaceFailure.Failed, "/proc/self/ns/net cannot be read", "Mount /proc.");
        if (nameOrPathOrPid is null)
        {
            return new NetworkNamespace(null, "", NetworkNamespaceDirectory.Label(own));
        }

        var path = NetworkNamespaceDirectory.Resolve(nameOrPathOrPid);
        var file = OpenFile(path, nameOrPathOrPid);
        try
        {
            if (Files.NamespaceType(file) != Netns.CloneNewNet)
            {
                throw new NetNamespaceException(
                    NetNamespaceFailure.NotANetworkNamespace,
                    $"'{nameOrPathOrPid}'{(nameOrPathOrPid == path ? "" : $" ({path})")} is not a network namespace.",
                    "Give a name under /run/netns, a process id, or a path such as /proc/PID/ns/net.");
            }

            var status = FileStatus.Of(file);
            if (status == own)
            {
                file.Dispose();
                return new NetworkNamespace(null, nameOrPathOrPid, NetworkNamespaceDirectory.Label(own));
            }

            return new NetworkNamespace(file, nameOrPathOrPid, NetworkNamespaceDirectory.Label(status));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Runs something inside the namespace, on a thread of its own that ends with it. Sockets opened there stay in the namespace.</summary>
    /// <exception cref="NetNamespaceException">The namespace cannot be entered.</exception>
    public T Run<T>(Func<T> body) => _file is null ? body() : Finish(body, withFiles: false);

    /// <summary>Runs something inside the namespace, on a thread of its own, without waiting for it.</summary>
    /// <returns>Its result, or <see cref="NetNamespaceException"/> where the namespace cannot be entered.</returns>
    public Task<T> RunAsync<T>(Func<T> body) => Start(body, withFiles: false).Result;

    /// <summary>Runs a lookup of names as <c>ip netns exec</c> would: with the files that the namespace has of its own below /etc/netns/NAME in place of those in /etc.</summary>
    /// <exception cref="NetNamespaceException">The namespace cannot be entered, or its files cannot be put in place.</exception>
    public T LookUp<T>(Func<T> body) => _file is null ? body() : Finish(body, withFiles: true);

    /// <summary>Runs a lookup of names likewise, on a thread of its own, without waiting for it.</summary>
    /// <returns>Its result, or <see cref="NetNamespaceException"/> where the namespace cannot be entered, or its files cannot be put in place.</returns>
    public Task<T> LookUpAsync<T>(Func<T> body) => Start(body, withFiles: true).Result;

    /// <summary>Lets go of the namespace. Sockets opened in it stay.</summary>
    public void Dispose() => _file?.Dispose();

    private static FileDescriptor OpenFile(string path, string asked)
    {
        try
        {
            return Files.OpenForReading(path);
        }
        catch (LinuxException exception)
        {
            throw exception.Errno switch
            {
                Errno.ENOENT or Errno.ESRCH => NetworkNamespaceDirectory.NotFound(asked, path, exception),
                Errno.EACCES or Errno.EPERM => new NetNamespaceException(
                    NetNamespaceFailure.PermissionDenied,
                    $"The network namespace '{asked}' ({path}) may not be opened: {exception.ErrorName}.",
                    "Run as root, or with CAP_SYS_PTRACE for the namespace of another user's process.",
                    exception.Errno,
                    exception),
                _ => new NetNamespaceException(
                    NetNamespaceFailure.Failed,
                    $"The network namespace '{asked}' ({path}) cannot be opened: {exception.Message}.",
                    "Give a name under /run/netns, a process id, or a path such as /proc/PID/ns/net.",
                    exception.Errno,
                    exception),
            };
        }
    }

    private T Finish<T>(Func<T> body, bool withFiles)
    {
        var (thread, result) = Start(body, withFiles);
        thread.Join();
        return result.GetAwaiter().GetResult();
    }

    private (Thread Thread, Task<T> Result) Start<T>(Func<T> body, bool withFiles)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                if (_file is not null)
                {
                    Enter();
                    PutFiles(withFiles);
                }

                completion.SetResult(body());
            }
            catch (Exception exception)
            {
                completion.SetException(exception);
            }
        })
        {
            IsBackground = true,
            Name = "PacketPath namespace",
        };
        thread.Start();
        return (thread, completion.Task);
    }

    private void Enter()
    {
        try
        {
            Netns.Enter(_file!);
        }
        catch (LinuxException exception)
        {
            throw exception.Errno == Errno.EPERM
                ? new NetNamespaceException(
                    NetNamespaceFailure.PermissionDenied,
                    $"The network namespace '{Asked}' may not be entered: CAP_SYS_ADMIN is missing.",
                    "Run as root (sudo pwsh), or start this command inside the namespace.",
                    exception.Errno,
                    exception)
                : new NetNamespaceException(
                    NetNamespaceFailure.Failed,
                    $"The network namespace '{Asked}' cannot be entered: {exception.Message}.",
                    "Check that it still exists.",
                    exception.Errno,
                    exception);
        }
    }

    private void PutFiles(bool wanted)
    {
        try
        {
            if (wanted)
            {
                NamespaceFiles.PutInPlace(Label);
            }
        }
        catch (LinuxException exception)
        {
            throw new NetNamespaceException(
                exception.Errno == Errno.EPERM ? NetNamespaceFailure.PermissionDenied : NetNamespaceFailure.Failed,
                $"The files of {NamespaceFiles.Folder}/{Label} cannot be put in place to look a name up: {exception.Message}.",
                $"Run this command under 'ip netns exec {Label}', or give addresses.",
                exception.Errno,
                exception);
        }
    }
}
