namespace PacketPath.Diagnosis;

/// <summary>Tells of the plainest capture filters whether they let a flow through: what a filter leaves out is not missing.</summary>
internal static class FilterScope
{
    /// <summary>True or false where the filter is made of protocols, ports and hosts joined by "and"; null where it takes more than that to tell.</summary>
    /// <param name="filter">The filter; empty lets everything through.</param>
    /// <param name="addresses">The flow's addresses.</param>
    /// <param name="ports">The flow's ports.</param>
    /// <param name="protocol">The flow's transport.</param>
    public static bool? Admits(string filter, IReadOnlyCollection<string> addresses, IReadOnlyCollection<int> ports, TransportProtocol protocol = TransportProtocol.Tcp)
    {
        var text = filter.Trim().ToLowerInvariant();
        if (text.Length == 0)
        {
            return true;
        }

        bool? all = true;
        foreach (var part in text.Split(" and ", StringSplitOptions.TrimEntries))
        {
            switch (Part(part, addresses, ports, protocol == TransportProtocol.Udp ? "udp" : "tcp"))
            {
                case false:
                    return false;
                case null:
                    all = null;
                    break;
            }
        }

        return all;
    }

    private static bool? Part(string part, IReadOnlyCollection<string> addresses, IReadOnlyCollection<int> ports, string own) =>
        part.Split(' ', StringSplitOptions.RemoveEmptyEntries) switch
        {
            ["tcp" or "udp" or "icmp" or "icmp6" or "arp"] words => words[0] == own,
            ["ip"] => addresses.All(static a => !a.Contains(':')),
            ["ip6"] => addresses.All(static a => a.Contains(':')),
            ["tcp" or "udp", "port", _] words when words[0] != own => false,
            ["tcp" or "udp", "port", var port] => int.TryParse(port, out var number) ? ports.Contains(number) : null,
            ["port", var port] => int.TryParse(port, out var number) ? ports.Contains(number) : null,
            ["host", var host] => System.Net.IPAddress.TryParse(host, out var address) ? addresses.Contains(address.ToString()) : null,
            _ => null,
        };
}
