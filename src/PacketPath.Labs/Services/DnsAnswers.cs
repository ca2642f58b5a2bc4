using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;
using PacketPath.Probes;

namespace PacketPath.Labs;

/// <summary>Makes the answers of a built-in name server.</summary>
internal sealed class DnsAnswers
{
    private const int PlainLimit = 512;
    private const int LongestString = 250;
    private const uint Age = 300;
    private const int MostAliases = 8;

    private readonly LabDns _dns;
    private readonly Dictionary<DnsName, List<(ushort Type, byte[] Data)>> _records = [];
    private readonly int? _code;

    /// <summary>Reads the records.</summary>
    /// <exception cref="FormatException">One of them is none.</exception>
    public DnsAnswers(LabDns dns)
    {
        _dns = dns;
        foreach (var (name, texts) in dns.Records)
        {
            _records[NameOf(name)] = [.. texts.Select(Read)];
        }

        foreach (var (name, size) in dns.Large)
        {
            _records[NameOf(name)] = [.. Filler(size)];
        }

        _code = dns.ResponseCode?.ToUpperInvariant() switch
        {
            null => null,
            "NOERROR" => 0,
            "FORMERR" => 1,
            "SERVFAIL" => 2,
            "NXDOMAIN" => 3,
            "NOTIMPL" => 4,
            "REFUSED" => 5,
            _ => throw new FormatException($"'{dns.ResponseCode}' is no response code of this service."),
        };
    }

    /// <summary>The answer to a query; null for none.</summary>
    public byte[]? Answer(byte[] query, bool overTcp)
    {
        if (!DnsMessage.TryParse(query, out var message, out _) || message.IsResponse || message.Questions is not [var question])
        {
            return null;
        }

        var edns = _dns.Edns == LabDnsEdns.Ignored ? null : message.Edns;
        if (edns is not null && _dns.Edns != LabDnsEdns.Answered)
        {
            return _dns.Edns == LabDnsEdns.Silent ? null : Write(message.Id, question, DnsCodes.FormatError, [], false, null);
        }

        var (code, records) = Find(question);
        var answer = Write(message.Id, question, code, records, false, edns);
        if (overTcp)
        {
            return answer;
        }

        var limit = Math.Min(Math.Max(PlainLimit, edns?.PayloadSize ?? 0), _dns.LargestDatagram);
        answer = answer.Length > limit ? Write(message.Id, question, code, [], true, edns) : answer;
        return answer.Length > _dns.LostAbove ? null : answer;
    }

    private (int Code, List<(DnsName Name, ushort Type, byte[] Data)> Records) Find(DnsQuestion question)
    {
        var found = new List<(DnsName, ushort, byte[])>();
        if (_code is { } always)
        {
            return (always, found);
        }

        var name = question.Name;
        for (var i = 0; i < MostAliases; i++)
        {
            if (!_records.TryGetValue(name, out var records))
            {
                return (i == 0 ? DnsCodes.NameError : DnsCodes.NoError, found);
            }

            found.AddRange(records.Where(r => r.Type == question.Type).Select(r => (name, r.Type, r.Data)));
            if (question.Type == DnsTypes.CNAME || records.Find(r => r.Type == DnsTypes.CNAME) is not { Data: { } alias })
            {
                break;
            }

            found.Add((name, DnsTypes.CNAME, alias));
            name = new DnsName(alias);
        }

        return (DnsCodes.NoError, found);
    }

    private static byte[] Write(ushort id, DnsQuestion question, int code, List<(DnsName Name, ushort Type, byte[] Data)> records, bool truncated, DnsEdns? edns)
    {
        var bytes = new List<byte>(PlainLimit);
        Number(bytes, id);
        Number(bytes, (ushort)(0x8580 | (truncated ? 0x0200 : 0) | code));
        Number(bytes, 1);
        Number(bytes, (ushort)records.Count);
        Number(bytes, 0);
        Number(bytes, (ushort)(edns is null ? 0 : 1));
        bytes.AddRange(question.Name.Wire);
        Number(bytes, question.Type);
        Number(bytes, question.Class);
        foreach (var (name, type, data) in records)
        {
            bytes.AddRange(name.Equals(question.Name) ? [0xc0, DnsMessage.HeaderSize] : name.Wire);
            Number(bytes, type);
            Number(bytes, DnsMessage.InternetClass);
            Number(bytes, (ushort)(Age >> 16));
            Number(bytes, (ushort)Age);
            Number(bytes, (ushort)data.Length);
            bytes.AddRange(data);
        }

        if (edns is not null)
        {
            Options(bytes, edns);
        }

        return [.. bytes];
    }

    private static void Options(List<byte> bytes, DnsEdns edns)
    {
        bytes.Add(0);
        Number(bytes, DnsTypes.OPT);
        Number(bytes, 1232);
        Number(bytes, 0);
        Number(bytes, (ushort)(edns.DnssecOk ? 0x8000 : 0));
        Number(bytes, (ushort)(edns.Cookie is null ? 0 : 20));
        if (edns.Cookie is { } cookie)
        {
            Number(bytes, 10);
            Number(bytes, 16);
            bytes.AddRange(cookie[..8]);
            bytes.AddRange("labdns.1"u8);
        }
    }

    private static (ushort Type, byte[] Data) Read(string text)
    {
        var space = text.IndexOf(' ');
        var value = space < 0 ? "" : text[(space + 1)..].Trim();
        return (space < 0 ? text : text[..space]).ToUpperInvariant() switch
        {
            "A" when IPAddress.TryParse(value, out var four) && four.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork => (DnsTypes.A, four.GetAddressBytes()),
            "AAAA" when IPAddress.TryParse(value, out var six) && six.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 => (DnsTypes.AAAA, six.GetAddressBytes()),
            "CNAME" => (DnsTypes.CNAME, NameOf(value).Wire.ToArray()),
            "NS" => (DnsTypes.NS, NameOf(value).Wire.ToArray()),
            "TXT" => (DnsTypes.TXT, Texts(Encoding.UTF8.GetBytes(value))),
            _ => throw new FormatException($"'{text}' is no record of this service: A, AAAA, CNAME, NS or TXT and its value."),
        };
    }

    private static IEnumerable<(ushort Type, byte[] Data)> Filler(int size)
    {
        for (var (left, number) = (size, 0); left > 0; left -= LongestString + 13, number++)
        {
            var words = string.Create(CultureInfo.InvariantCulture, $"{number:d4} ") + new string('x', LongestString);
            yield return (DnsTypes.TXT, Texts(Encoding.ASCII.GetBytes(words[..Math.Clamp(left, 5, LongestString)])));
        }
    }

    private static byte[] Texts(byte[] words) => [.. words.Chunk(LongestString).DefaultIfEmpty([]).SelectMany(c => c.Prepend((byte)c.Length))];

    private static DnsName NameOf(string text) => DnsName.TryParse(text, out var name, out var problem) ? name : throw new FormatException($"'{text}' {problem}.");

    private static void Number(List<byte> bytes, ushort number)
    {
        Span<byte> two = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(two, number);
        bytes.AddRange(two);
    }
}
