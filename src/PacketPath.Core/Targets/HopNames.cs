using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using PacketPath.HostState;

namespace PacketPath.Targets;

/// <summary>Names of addresses, looked up inside a namespace, each once.</summary>
public sealed class HopNames
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    private readonly NetworkNamespace _namespace;
    private readonly ConcurrentDictionary<string, Task<string?>> _names = new();

    /// <summary>Creates a resolver for a namespace, which must stay open.</summary>
    public HopNames(NetworkNamespace networkNamespace) => _namespace = networkNamespace;

    /// <summary>The result with the names of its hops; those that are not known within two seconds stay empty.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public MtuProbeResult Name(MtuProbeResult result, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(result);
        var lookups = result.Hops.Select(h => h.Address is null ? null : _names.GetOrAdd(h.Address, Start)).ToArray();
        Task.WhenAny(Task.WhenAll(lookups.OfType<Task<string?>>()), Task.Delay(Longest, stop)).GetAwaiter().GetResult();
        stop.ThrowIfCancellationRequested();
        return result with { Hops = [.. result.Hops.Select((h, i) => h with { HostName = lookups[i] is { IsCompletedSuccessfully: true } done ? done.Result : null })] };
    }

    private Task<string?> Start(string address) => Task.Factory.StartNew(() => Find(address), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private string? Find(string address)
    {
        try
        {
            var name = DisplayText.Clean(_namespace.LookUp(() => Dns.GetHostEntry(IPAddress.Parse(address)).HostName));
            return name.Length == 0 || name == address ? null : name;
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException or NetNamespaceException)
        {
            return null;
        }
    }
}
