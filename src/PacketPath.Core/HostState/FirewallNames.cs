using PacketPath.Firewall;
using PacketPath.Interop;

namespace PacketPath.HostState;

/// <summary>Names the firewall's text needs: interfaces of the namespace, groups and marks of iproute2's files.</summary>
internal sealed class FirewallNames(InterfaceNames interfaces) : INftNames
{
    private readonly Dictionary<uint, string?> _interfaces = [];

    public string? Interface(uint index)
    {
        if (!_interfaces.TryGetValue(index, out var name))
        {
            try
            {
                name = index <= int.MaxValue ? interfaces.Find((int)index) : null;
            }
            catch (LinuxException)
            {
                name = null;
            }

            _interfaces[index] = name;
        }

        return name;
    }

    public string? Group(uint number) => IprouteNames.Groups.Find(number);

    public string? Mark(uint number) => IprouteNames.Marks.Find(number);

    /// <summary>Forgets the interfaces.</summary>
    public void Clear()
    {
        _interfaces.Clear();
        interfaces.Clear();
    }
}
