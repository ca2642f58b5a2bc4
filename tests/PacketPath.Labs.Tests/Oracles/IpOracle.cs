using System.Text.Json;

namespace PacketPath.Labs.Tests;

/// <summary>What <c>ip</c> says about a namespace, one canonical line for each fact, to be compared with what PacketPath says.</summary>
internal static class IpOracle
{
    private const int LongestWait = 50;

    private static readonly Dictionary<string, string> LinkFlags = new()
    {
        ["UP"] = "Up",
        ["BROADCAST"] = "Broadcast",
        ["LOOPBACK"] = "Loopback",
        ["POINTOPOINT"] = "PointToPoint",
        ["NOARP"] = "NoArp",
        ["PROMISC"] = "Promiscuous",
        ["ALLMULTI"] = "AllMulticast",
        ["MASTER"] = "Master",
        ["SLAVE"] = "Slave",
        ["MULTICAST"] = "Multicast",
        ["LOWER_UP"] = "LowerUp",
        ["DORMANT"] = "Dormant",
    };

    private static readonly (string Ip, string Ours)[] AddressFlags =
    [
        ("secondary", "Secondary"), ("temporary", "Temporary"), ("tentative", "Tentative"), ("deprecated", "Deprecated"),
        ("dadfailed", "DadFailed"), ("nodad", "NoDad"), ("noprefixroute", "NoPrefixRoute"), ("optimistic", "Optimistic"),
        ("mngtmpaddr", "ManageTempAddress"), ("stable-privacy", "StablePrivacy"),
    ];

    /// <summary>Compares two accounts of something that may change by itself: only a moment in which the oracle stands still counts.</summary>
    public static void AssertAgree(Func<IEnumerable<string>> oracle, Func<IEnumerable<string>> ours)
    {
        var before = oracle().Order(StringComparer.Ordinal).ToArray();
        for (var i = 0; i < LongestWait; i++)
        {
            var mine = ours().Order(StringComparer.Ordinal).ToArray();
            var after = oracle().Order(StringComparer.Ordinal).ToArray();
            if (before.SequenceEqual(after))
            {
                Assert.Equal(after, mine);
                return;
            }

            before = after;
        }

        Assert.Fail("The oracle never stood still: " + string.Join(Environment.NewLine, before));
    }

    /// <summary>Links and addresses, from <c>ip -j -d addr</c>.</summary>
    public static IEnumerable<string> Interfaces(string networkNamespace)
    {
        foreach (var link in Ask(networkNamespace, "-d", "addr", "show"))
        {
            var name = Text(link, "ifname");
            var flags = link.GetProperty("flags").EnumerateArray().Select(flag => LinkFlags.GetValueOrDefault(flag.GetString()!)).OfType<string>().Order();
            yield return $"{name} index {link.GetProperty("ifindex")} mtu {link.GetProperty("mtu")} state {Text(link, "operstate").ToUpperInvariant()} flags {string.Join(',', flags)}";
            yield return $"{name} type {Text(link, "link_type")} kind {(link.TryGetProperty("linkinfo", out var info) ? Text(info, "info_kind") : "")} address {Text(link, "address")}";
            yield return $"{name} qdisc {Text(link, "qdisc")} length {link.GetProperty("txqlen")} queues {link.GetProperty("num_tx_queues")}/{link.GetProperty("num_rx_queues")}";
            yield return $"{name} master {Text(link, "master")} group {(Text(link, "group") is "default" ? "0" : Text(link, "group"))} alias {Text(link, "ifalias")}";
            if (link.TryGetProperty("altnames", out var names))
            {
                yield return $"{name} also {string.Join(',', names.EnumerateArray().Select(item => item.GetString()))}";
            }

            foreach (var address in link.GetProperty("addr_info").EnumerateArray().Where(static item => item.TryGetProperty("local", out _)))
            {
                var set = AddressFlags.Where(flag => address.TryGetProperty(flag.Ip, out _)).Select(static flag => flag.Ours).ToList();
                if (!address.TryGetProperty("dynamic", out _))
                {
                    set.Add("Permanent");
                }

                yield return $"{name} has {Text(address, "local")}/{address.GetProperty("prefixlen")} peer {Text(address, "address")} broadcast {Text(address, "broadcast")} "
                    + $"label {Text(address, "label")} scope {Text(address, "scope")} flags {string.Join(',', set.Order())} valid {Lifetime(address, "valid_life_time")} preferred {Lifetime(address, "preferred_life_time")}";
            }
        }
    }

    /// <summary>The same lines from what PacketPath reads.</summary>
    public static IEnumerable<string> Interfaces(IEnumerable<PacketInterface> links)
    {
        foreach (var link in links)
        {
            var name = link.InterfaceAlias;
            yield return $"{name} index {link.InterfaceIndex} mtu {link.Mtu} state {link.OperationalStatus.ToString().ToUpperInvariant()} flags {string.Join(',', link.Flags.Where(LinkFlags.ContainsValue).Order())}";
            yield return $"{name} type {link.LinkType} kind {link.Kind} address {link.LinkLayerAddress}";
            yield return $"{name} qdisc {link.QueueDiscipline} length {link.TransmitQueueLength} queues {link.TransmitQueues}/{link.ReceiveQueues}";
            yield return $"{name} master {link.Master} group {link.Group} alias {link.Description}";
            if (link.AlternativeNames.Length > 0)
            {
                yield return $"{name} also {string.Join(',', link.AlternativeNames)}";
            }

            foreach (var address in link.Addresses)
            {
                yield return $"{name} has {address.IPAddress}/{address.PrefixLength} peer {address.PeerAddress} broadcast {address.Broadcast} "
                    + $"label {address.Label} scope {address.Scope} flags {string.Join(',', address.Flags!.Order())} valid {Lifetime(address.ValidSeconds)} preferred {Lifetime(address.PreferredSeconds)}";
            }
        }
    }

    /// <summary>Neighbors, from <c>ip -j neigh show nud all</c>.</summary>
    public static IEnumerable<string> Neighbors(string networkNamespace)
    {
        foreach (var entry in Ask(networkNamespace, "neigh", "show", "nud", "all"))
        {
            var flags = new[] { ("router", "Router"), ("proxy", "Proxy"), ("extern_learn", "ExternalLearned"), ("managed", "Managed") }
                .Where(flag => entry.TryGetProperty(flag.Item1, out _)).Select(static flag => flag.Item2).Order();
            var state = entry.TryGetProperty("state", out var states) ? states[0].GetString() : "NONE";
            yield return $"{Text(entry, "dst")} on {Text(entry, "dev")} is {Text(entry, "lladdr")} {state} {string.Join(',', flags)} by {Text(entry, "protocol")}";
        }
    }

    /// <summary>The same lines from what PacketPath reads.</summary>
    public static IEnumerable<string> Neighbors(IEnumerable<NeighborEntry> entries) => entries.Select(static entry =>
        $"{entry.IPAddress} on {entry.InterfaceAlias} is {entry.LinkLayerAddress} {entry.NudState} {string.Join(',', entry.Flags.Order())} by {entry.NeighborProtocol}");

    private static JsonElement[] Ask(string networkNamespace, params string[] words)
    {
        var answer = LabCommand.Run("ip", ["-n", networkNamespace, "-j", .. words]);
        Assert.True(answer.ExitCode == 0, answer.Error);
        return string.IsNullOrWhiteSpace(answer.Output) ? [] : [.. JsonDocument.Parse(answer.Output).RootElement.EnumerateArray().Where(static item => item.EnumerateObject().Any())];
    }

    private static string Text(JsonElement item, string name) => item.TryGetProperty(name, out var value) ? value.ToString() : "";

    private static string Lifetime(JsonElement item, string name) => Lifetime(item.GetProperty(name).GetUInt32() is var seconds and not uint.MaxValue ? seconds : null);

    // Lifetimes run while one looks: to the nearest ten seconds is near enough.
    private static string Lifetime(double? seconds) => seconds is null ? "forever" : Math.Round(seconds.Value / 10).ToString("0", System.Globalization.CultureInfo.InvariantCulture);
}
