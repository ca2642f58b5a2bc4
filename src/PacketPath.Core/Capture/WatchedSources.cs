using PacketPath.HostState;
using PacketPath.Interop;
using PacketPath.Netlink;

namespace PacketPath.Capture;

/// <summary>Opens streams to watch, with the readers that make records of their packets.</summary>
internal static class WatchedSources
{
    /// <summary>The name that stands for all interfaces.</summary>
    public const string AllInterfaces = "any";

    /// <summary>Opens a live capture.</summary>
    /// <param name="network">The namespace; its caller's again afterwards.</param>
    /// <param name="options">What to capture, and on which interface.</param>
    /// <exception cref="CaptureException">It cannot be had.</exception>
    public static WatchedSource OpenLive(NetworkNamespace network, CaptureOptions options)
    {
        var place = PlaceOf(network, options.InterfaceName);
        try
        {
            var source = network.Run(() => PacketSources.Factory.OpenLive(options));
            var name = network.IsCurrent ? options.InterfaceName : $"{network.Label}:{options.InterfaceName}";
            return new WatchedSource(source, new PacketRecordReader(Environment.MachineName, network.Label, place), place, name)
            {
                Summary = new PacketCaptureSummary
                {
                    ComputerName = Environment.MachineName,
                    NetNamespace = network.Label,
                    InterfaceAlias = options.InterfaceName,
                    LocalAddresses = Addresses(network),
                    Filter = options.Filter,
                    Direction = options.Direction,
                },
            };
        }
        catch
        {
            place.Dispose();
            throw;
        }
    }

    /// <summary>Opens a recorded capture. Which host and namespace it is from, nobody knows.</summary>
    /// <exception cref="CaptureException">It cannot be read.</exception>
    public static WatchedSource OpenFile(string path, string filter) =>
        new(PacketSources.Factory.OpenFile(path, filter), new PacketRecordReader("", "", CapturePlace.Recorded, path), CapturePlace.Recorded, path)
        {
            Summary = new PacketCaptureSummary { ReadPath = path, Filter = filter },
        };

    private static string[] Addresses(NetworkNamespace network)
    {
        try
        {
            using var table = InterfaceTable.Open(network);
            return [.. table.List().SelectMany(static link => link.Addresses).Where(static own => own.Scope == "global").Select(static own => own.IPAddress).Distinct()];
        }
        catch (Exception failure) when (failure is LinuxException or NetlinkDecodeException)
        {
            // A capture without them still captures.
            return [];
        }
    }

    private static CapturePlace PlaceOf(NetworkNamespace network, string interfaceName)
    {
        if (interfaceName == AllInterfaces)
        {
            return CapturePlace.Everywhere(InterfaceNames.Open(network));
        }

        using var table = InterfaceTable.Open(network);
        return table.Find(interfaceName) is { } found
            ? CapturePlace.On(found)
            : throw new CaptureException(
                CaptureFailureReason.InterfaceNotFound,
                $"There is no interface '{interfaceName}' in the network namespace {network.Label}.",
                $"The interfaces there are: {string.Join(", ", table.List().Select(i => i.InterfaceAlias).Take(20))}.");
    }
}
