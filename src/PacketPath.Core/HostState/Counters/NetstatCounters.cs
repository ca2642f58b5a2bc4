using System.Buffers.Text;
using System.Text;

namespace PacketPath.HostState.Counters;

/// <summary>The protocol counters of a namespace (/proc/net/netstat, snmp, snmp6, xfrm_stat), as far as they count losses.</summary>
internal sealed class NetstatCounters : ICounterSource
{
    /// <summary>The source's name.</summary>
    public const string SourceName = "Netstat";

    /// <summary>The source of the IPsec counters, every one of which counts a packet lost.</summary>
    public const string IpsecSourceName = "Xfrm";

    private static readonly HashSet<string> Losses =
    [
        "TcpExt.SyncookiesFailed", "TcpExt.ListenOverflows", "TcpExt.ListenDrops", "TcpExt.TCPReqQFullDrop", "TcpExt.TCPReqQFullDoCookies",
        "TcpExt.TCPBacklogDrop", "TcpExt.TCPMinTTLDrop", "TcpExt.TCPDeferAcceptDrop", "TcpExt.TCPRcvQDrop", "TcpExt.TCPZeroWindowDrop", "TcpExt.TCPOFODrop",
        "TcpExt.TCPMD5NotFound", "TcpExt.TCPMD5Unexpected", "TcpExt.TCPMD5Failure", "TcpExt.TCPAORequired", "TcpExt.TCPAOBad", "TcpExt.TCPAOKeyNotFound",
        "TcpExt.TCPRetransFail", "TcpExt.TCPTimeWaitOverflow", "TcpExt.TCPAbortOnMemory", "TcpExt.TCPFastOpenListenOverflow",
        "TcpExt.PAWSActive", "TcpExt.PAWSEstab", "TcpExt.TSEcrRejected", "TcpExt.PFMemallocDrop", "TcpExt.IPReversePathFilter", "TcpExt.ArpFilter",
        "TcpExt.LockDroppedIcmps", "TcpExt.OutOfWindowIcmps", "TcpExt.PruneCalled", "TcpExt.RcvPruned", "TcpExt.OfoPruned",
        "IpExt.InNoRoutes", "IpExt.InTruncatedPkts", "IpExt.InCsumErrors",
        "Ip.InHdrErrors", "Ip.InAddrErrors", "Ip.InUnknownProtos", "Ip.InDiscards", "Ip.OutDiscards", "Ip.OutNoRoutes", "Ip.ReasmFails", "Ip.FragFails",
        "Tcp.InErrs", "Tcp.InCsumErrors",
        "Udp.InErrors", "Udp.RcvbufErrors", "Udp.SndbufErrors", "Udp.InCsumErrors", "Udp.MemErrors",
        "Ip6InHdrErrors", "Ip6InNoRoutes", "Ip6InAddrErrors", "Ip6InUnknownProtos", "Ip6InTruncatedPkts", "Ip6InDiscards", "Ip6OutDiscards", "Ip6OutNoRoutes",
        "Ip6ReasmFails", "Ip6FragFails", "Udp6InErrors", "Udp6RcvbufErrors", "Udp6SndbufErrors", "Udp6InCsumErrors", "Udp6MemErrors",
    ];

    private readonly List<(CounterFile File, TwoLineLayout Layout)> _tables = [];
    private readonly CounterFile? _ipv6;
    private readonly CounterFile? _ipsec;
    private readonly LineNames _names = new();

    private NetstatCounters()
    {
        foreach (var name in (string[])["netstat", "snmp"])
        {
            if (CounterFile.Open(name) is { } file)
            {
                _tables.Add((file, new TwoLineLayout(Losses)));
            }
        }

        _ipv6 = CounterFile.Open("snmp6");
        _ipsec = CounterFile.Open("xfrm_stat");
    }

    /// <inheritdoc/>
    public string Name => SourceName;

    /// <summary>Opens the files of the calling thread's namespace.</summary>
    public static NetstatCounters Open() => new();

    /// <inheritdoc/>
    public void Read(CounterReading into, int interfaceIndex) => Read(into.Add);

    /// <summary>Hands over every counter: source, table, name, value.</summary>
    public void Read(Action<string, string?, string, ulong> take)
    {
        foreach (var (file, layout) in _tables)
        {
            layout.Read(file.Read(), (table, counter, value) => take(SourceName, table, counter, value));
        }

        ReadLines(_ipv6, (name, value) =>
        {
            if (Losses.Contains(name))
            {
                take(SourceName, name.StartsWith("Ip6", StringComparison.Ordinal) ? "Ip6" : "Udp6", name, value);
            }
        });
        ReadLines(_ipsec, (name, value) => take(IpsecSourceName, null, name, value));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tables.ForEach(static table => table.File.Dispose());
        _ipv6?.Dispose();
        _ipsec?.Dispose();
    }

    private void ReadLines(CounterFile? file, Action<string, ulong> take)
    {
        var rest = file is null ? default : file.Read();
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            var name = line[..Math.Max(0, line.IndexOfAny((byte)' ', (byte)'\t'))];
            if (!name.IsEmpty && Utf8Parser.TryParse(line[name.Length..].TrimStart(" \t"u8), out ulong value, out _))
            {
                take(_names.Of(name), value);
            }
        }
    }

    /// <summary>The same names come at every reading: each is made a string once.</summary>
    private sealed class LineNames
    {
        private readonly Dictionary<int, List<string>> _known = [];

        public string Of(ReadOnlySpan<byte> name)
        {
            var hash = new HashCode();
            hash.AddBytes(name);
            var list = _known.TryGetValue(hash.ToHashCode(), out var found) ? found : _known[hash.ToHashCode()] = [];
            foreach (var known in list)
            {
                if (Ascii.Equals(name, known))
                {
                    return known;
                }
            }

            var text = DisplayText.Clean(Encoding.UTF8.GetString(name));
            list.Add(text);
            return text;
        }
    }
}
