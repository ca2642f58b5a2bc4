namespace PacketPath.Labs;

/// <summary>Reads the members of a name server of a scenario document.</summary>
internal static class LabDnsReader
{
    /// <summary>The members that only a name server has.</summary>
    public static readonly string[] Names = ["records", "large", "responseCode", "edns", "tcp", "largestDatagram", "lostAbove"];

    /// <summary>Reads them.</summary>
    public static LabDns Read(JsonCursor at, Dictionary<string, JsonCursor> members)
    {
        var dns = new LabDns
        {
            Records = members.TryGetValue("records", out var records) ? records.AnyMembers().ToDictionary(r => r.Key, r => (IReadOnlyList<string>)r.Value.Texts()) : new Dictionary<string, IReadOnlyList<string>>(),
            Large = members.TryGetValue("large", out var large) ? large.AnyMembers().ToDictionary(l => l.Key, l => l.Value.Whole(1, 60000)) : new Dictionary<string, int>(),
            ResponseCode = members.TryGetValue("responseCode", out var code) ? code.Text() : null,
            Edns = members.TryGetValue("edns", out var edns) ? edns.Word<LabDnsEdns>() : LabDnsEdns.Answered,
            Tcp = !members.TryGetValue("tcp", out var tcp) || tcp.Flag(),
            LargestDatagram = members.TryGetValue("largestDatagram", out var largest) ? largest.Whole(512, 65535) : 4096,
            LostAbove = members.TryGetValue("lostAbove", out var lost) ? lost.Whole(0, 65535) : int.MaxValue,
        };
        try
        {
            _ = new DnsAnswers(dns);
            return dns;
        }
        catch (FormatException wrong)
        {
            throw at.Wrong(wrong.Message);
        }
    }
}
