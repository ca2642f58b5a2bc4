namespace PacketPath.Labs;

/// <summary>What a built-in name server answers, and what it cannot do.</summary>
public sealed record LabDns
{
    /// <summary>The records by name, each as <c>A 192.0.2.1</c>, <c>AAAA 2001:db8::1</c>, <c>CNAME other.lab</c>, <c>NS ns.lab</c> or <c>TXT words</c>. Other names do not exist.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Records { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Names whose TXT answer has about so many bytes.</summary>
    public IReadOnlyDictionary<string, int> Large { get; init; } = new Dictionary<string, int>();

    /// <summary>The response code of every answer; null where the records decide.</summary>
    public string? ResponseCode { get; init; }

    /// <summary>What it makes of EDNS.</summary>
    public LabDnsEdns Edns { get; init; }

    /// <summary>False for a server that answers over UDP only.</summary>
    public bool Tcp { get; init; } = true;

    /// <summary>The largest datagram it sends, whatever the query allows; longer answers are truncated.</summary>
    public int LargestDatagram { get; init; } = 4096;

    /// <summary>Answers over UDP longer than this are never sent, as if they were lost.</summary>
    public int LostAbove { get; init; } = int.MaxValue;
}

/// <summary>What a name server makes of EDNS.</summary>
public enum LabDnsEdns
{
    /// <summary>It answers with it.</summary>
    Answered,

    /// <summary>It answers as if it were not there.</summary>
    Ignored,

    /// <summary>It answers FORMERR.</summary>
    Refused,

    /// <summary>It does not answer such queries.</summary>
    Silent,
}
