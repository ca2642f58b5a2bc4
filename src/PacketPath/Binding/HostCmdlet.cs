using System.Management.Automation;
using PacketPath.HostState;
using PacketPath.Interop;
using PacketPath.Netlink;

namespace PacketPath.Binding;

/// <summary>A cmdlet that looks at the host: it can look into another network namespace.</summary>
public abstract class HostCmdlet : PacketPathCmdlet
{
    private readonly Dictionary<Type, IDisposable> _tables = [];
    private NetworkNamespace? _namespace;
    private string? _namespaceText;

    /// <summary>The network namespace to look into: a name under /run/netns, a path such as <c>/proc/1234/ns/net</c>, a process id, or a label <c>net:[inode]</c> as objects carry it. Another namespace than the process's own needs CAP_SYS_ADMIN. Default: the process's own.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(NetNamespaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string? NetNamespace { get; set; }

    /// <summary>Looks at the host. What cannot be looked at becomes an error with advice, and the pipeline goes on.</summary>
    /// <param name="target">The user's own text, for the error.</param>
    /// <param name="body">What to do.</param>
    /// <returns>True where it was done.</returns>
    protected bool Look(object? target, Action body)
    {
        try
        {
            body();
            return true;
        }
        catch (OperationCanceledException) when (StopToken.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
        catch (NetNamespaceException exception)
        {
            WriteProblem(exception, "NetNamespace" + exception.Reason, Category(exception.Reason), NetNamespace, exception.Remedy);
        }
        catch (LinuxException exception)
        {
            var denied = exception.Errno is Errno.EPERM or Errno.EACCES;
            WriteProblem(
                exception,
                "KernelRefused",
                denied ? ErrorCategory.PermissionDenied : ErrorCategory.ResourceUnavailable,
                target,
                denied ? "Run as root, or ask for less." : null);
        }
        catch (NetlinkDecodeException exception)
        {
            WriteProblem(exception, "KernelAnswerMalformed", ErrorCategory.InvalidData, target, "Please report this with the output of 'uname -a'.");
        }

        return false;
    }

    /// <summary>The namespace asked for; opened once for as long as the text stays the same. Call inside <see cref="Look"/>.</summary>
    protected NetworkNamespace OpenNamespace()
    {
        if (_namespace is null || _namespaceText != NetNamespace)
        {
            CloseNamespace();
            _namespace = NetworkNamespace.Open(NetNamespace);
            _namespaceText = NetNamespace;
        }

        return _namespace;
    }

    /// <summary>A table of that namespace; opened once likewise, and closed with the cmdlet. Call inside <see cref="Look"/>.</summary>
    /// <param name="open">Opens it.</param>
    protected T Table<T>(Func<NetworkNamespace, T> open)
        where T : class, IDisposable
    {
        var networkNamespace = OpenNamespace();
        if (!_tables.TryGetValue(typeof(T), out var table))
        {
            _tables[typeof(T)] = table = open(networkNamespace);
        }

        return (T)table;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            CloseNamespace();
        }

        base.Dispose(disposing);
    }

    private static ErrorCategory Category(NetNamespaceFailure reason) => reason switch
    {
        NetNamespaceFailure.NotFound => ErrorCategory.ObjectNotFound,
        NetNamespaceFailure.NotANetworkNamespace => ErrorCategory.InvalidArgument,
        NetNamespaceFailure.PermissionDenied => ErrorCategory.PermissionDenied,
        _ => ErrorCategory.ResourceUnavailable,
    };

    private void CloseNamespace()
    {
        foreach (var table in _tables.Values)
        {
            table.Dispose();
        }

        _tables.Clear();
        _namespace?.Dispose();
        _namespace = null;
    }
}
