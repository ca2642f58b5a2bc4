namespace PacketPath.Labs.Tests.Oracles;

/// <summary>Routes, rules and questions made up at random out of a small universe, so that they meet often. Words are those of <c>ip</c>.</summary>
internal sealed class RandomTables
{
    private readonly Random _random;
    private readonly bool _v6;

    public RandomTables(int seed, bool v6)
    {
        _random = new Random(seed);
        _v6 = v6;
    }

    /// <summary>A batch for <c>ip -force -batch</c>; some lines contradict each other and fail.</summary>
    public IEnumerable<string> Commands()
    {
        for (var i = 0; i < 60; i++)
        {
            yield return "route add " + Route();
        }

        for (var i = 0; i < 14; i++)
        {
            yield return $"rule add pref {_random.Next(1, 20) * 10} {Rule()}";
        }
    }

    /// <summary>A question in the words of <c>ip route get</c>.</summary>
    public string Question()
    {
        var words = new List<string> { Address() };
        Maybe(words, 0.4, () => "from " + Own());
        Maybe(words, 0.25, () => "oif " + Interface());
        Maybe(words, 0.4, () => "mark " + Pick("1", "2", "3", "0x11"));
        Maybe(words, 0.3, () => "tos " + Pick("0x10", "0x08", "0x18", "0x20"));
        Maybe(words, 0.3, () => "uid " + Pick("0", "1000", "1500", "2000"));
        if (Chance(0.4))
        {
            words.Add("ipproto " + Pick("tcp", "udp"));
            Maybe(words, 0.5, () => "sport " + Pick("80", "1000", "1500"));
            Maybe(words, 0.5, () => "dport " + Pick("80", "443", "8080"));
        }

        return string.Join(' ', words);
    }

    private string Route()
    {
        var table = Pick("main", "100", "200", "300");
        var prefix = Prefix();
        var metric = _v6 ? Pick(" metric 10", " metric 20", " metric 30", " metric 40") : Pick("", "", " metric 10", " metric 20");
        if (Chance(0.3))
        {
            return $"{Pick("blackhole", "prohibit", "unreachable", "throw", "throw")} {prefix} table {table}{metric}";
        }

        var tos = !_v6 && Chance(0.2) ? $" tos {Pick("0x10", "0x08")}" : "";
        var from = _v6 && Chance(0.25) ? $" from {Prefix()}" : "";
        return $"{prefix}{from}{tos} via {Gateway()} table {table}{metric}{(_v6 ? Pick("", "", " pref low", " pref high") : "")}";
    }

    private string Rule()
    {
        var words = new List<string>();
        Maybe(words, 0.15, () => "not");
        words.Add(Chance(0.3) ? "from " + (Chance(0.5) ? Own() : Prefix()) : "from all");
        Maybe(words, 0.35, () => "to " + Prefix());
        Maybe(words, 0.3, () => "fwmark " + Pick("1", "2", "0x10/0xf0"));
        Maybe(words, 0.2, () => "tos " + Pick("0x10", "0x08"));
        Maybe(words, 0.15, () => "iif " + Pick("lo", "eth0", "gone"));
        Maybe(words, 0.15, () => "oif " + Interface());
        Maybe(words, 0.2, () => "uidrange " + Pick("0-999", "1000-1999", "1500-1500"));
        Maybe(words, 0.2, () => "ipproto " + Pick("tcp", "udp"));
        Maybe(words, 0.2, () => "dport " + Pick("80", "1-1023", "8000-9000"));
        Maybe(words, 0.1, () => "sport " + Pick("1000-1499", "80"));
        words.Add(_random.Next(10) switch
        {
            0 => "goto " + (_random.Next(1, 24) * 10),
            1 => "nop",
            2 => Pick("prohibit", "blackhole", "unreachable"),
            3 or 4 => $"lookup {Pick("main", "100", "200")} suppress_prefixlength {Pick("0", "12", "34")}",
            _ => "lookup " + Pick("100", "200", "300", "400"),
        });
        return string.Join(' ', words);
    }

    private string Prefix() => _v6
        ? Pick("default", "2001:db8::/32", $"2001:db8:{Hex()}::/46", $"2001:db8:{Hex()}::/48", $"2001:db8:{Hex()}:{Hex()}::/64", $"{Address()}/128")
        : Pick("default", "10.0.0.0/8", $"10.{64 + (_random.Next(4) * 4)}.0.0/14", $"10.{64 + _random.Next(8)}.0.0/16", $"10.{64 + _random.Next(8)}.{_random.Next(4)}.0/24", Address() + "/32");

    private string Address() => _v6
        ? $"2001:db8:{Hex()}:{Hex()}::{_random.Next(1, 4)}"
        : $"10.{64 + _random.Next(8)}.{_random.Next(4)}.{_random.Next(1, 4)}";

    private string Hex() => (0x100 + (_random.Next(4) * 4)).ToString("x");

    private string Own() => _v6 ? Pick("2001:db8:1::1", "2001:db8:2::1", "2001:db8:3::1") : Pick("10.1.0.1", "10.2.0.1", "10.3.0.1");

    private string Gateway() => _v6 ? Pick("2001:db8:1::2", "2001:db8:2::2", "2001:db8:3::2") : Pick("10.1.0.2", "10.2.0.2", "10.3.0.2");

    private string Interface() => Pick("eth0", "eth1", "eth2");

    private void Maybe(List<string> words, double chance, Func<string> word)
    {
        if (Chance(chance))
        {
            words.Add(word());
        }
    }

    private bool Chance(double chance) => _random.NextDouble() < chance;

    private string Pick(params string[] choices) => choices[_random.Next(choices.Length)];
}
