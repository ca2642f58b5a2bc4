using PacketPath.HostState;
using PacketPath.Interop;
using PacketPath.Probes;

namespace PacketPath.Commands;

/// <summary>Lets the link confirm neighbor entries, many at once and in their order.</summary>
/// <param name="networkNamespace">The namespace of the entries.</param>
/// <param name="interfaces">Its interfaces.</param>
/// <param name="refused">Is told once where the kernel does not let the link be asked; the entries then go through as they are.</param>
internal sealed class NeighborVerification(NetworkNamespace networkNamespace, InterfaceTable interfaces, Action<LinuxException, NeighborEntry> refused)
{
    private const int AtOnce = 256;

    private readonly Dictionary<int, PacketInterface?> _links = [];
    private bool _isRefused;

    /// <summary>The entries, each with who answered for it.</summary>
    public IEnumerable<NeighborEntry> Of(IEnumerable<NeighborEntry> entries, CancellationToken stop)
    {
        foreach (var some in entries.Chunk(AtOnce))
        {
            var groups = some.Select(static (entry, place) => (entry, place)).GroupBy(static e => (e.entry.InterfaceIndex, e.entry.AddressFamily));
            foreach (var group in groups)
            {
                var verified = Verify([.. group.Select(static e => e.entry)], stop);
                foreach (var ((_, place), entry) in group.Zip(verified))
                {
                    some[place] = entry;
                }
            }

            foreach (var entry in some)
            {
                yield return entry;
            }
        }
    }

    private IReadOnlyList<NeighborEntry> Verify(IReadOnlyList<NeighborEntry> entries, CancellationToken stop)
    {
        var index = entries[0].InterfaceIndex;
        if (!_links.TryGetValue(index, out var link))
        {
            _links[index] = link = interfaces.Find(index, forwarding: false, stop);
        }

        try
        {
            return link is null || _isRefused ? entries : NeighborInquiry.Verify(networkNamespace, link, entries, stop);
        }
        catch (LinuxException failure)
        {
            _isRefused = true;
            refused(failure, entries[0]);
            return entries;
        }
    }
}
