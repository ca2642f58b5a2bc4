using System.Diagnostics.CodeAnalysis;

namespace PacketPath.Probes;

/// <summary>What a message asks.</summary>
internal readonly record struct DnsQuestion(DnsName Name, ushort Type, ushort Class);

/// <summary>A DNS message (RFC 1035, 4), read strictly.</summary>
internal sealed record DnsMessage
{
    /// <summary>The header's length.</summary>
    public const int HeaderSize = 12;

    /// <summary>The class of the Internet.</summary>
    public const ushort InternetClass = 1;

    private const int ResponseFlag = 0x8000;
    private const int AuthoritativeFlag = 0x0400;
    private const int TruncatedFlag = 0x0200;
    private const int RecursionDesiredFlag = 0x0100;
    private const int RecursionAvailableFlag = 0x0080;
    private const int AuthenticFlag = 0x0020;
    private const int CheckingDisabledFlag = 0x0010;

    private static readonly (int Flag, string Word)[] FlagWords =
    [
        (ResponseFlag, "qr"), (AuthoritativeFlag, "aa"), (TruncatedFlag, "tc"), (RecursionDesiredFlag, "rd"),
        (RecursionAvailableFlag, "ra"), (AuthenticFlag, "ad"), (CheckingDisabledFlag, "cd"),
    ];

    private int Flags { get; init; }

    /// <summary>The message's number.</summary>
    public ushort Id { get; private init; }

    /// <summary>The questions.</summary>
    public IReadOnlyList<DnsQuestion> Questions { get; private init; } = [];

    /// <summary>The records of the answer.</summary>
    public IReadOnlyList<DnsResource> Answers { get; private init; } = [];

    /// <summary>The records about whoever has authority.</summary>
    public IReadOnlyList<DnsResource> Authority { get; private init; } = [];

    /// <summary>The records beside, without OPT.</summary>
    public IReadOnlyList<DnsResource> Additional { get; private init; } = [];

    /// <summary>The OPT record; null where there is none.</summary>
    public DnsEdns? Edns { get; private init; }

    /// <summary>The message's length in bytes.</summary>
    public int Size { get; private init; }

    /// <summary>True where the message ends before the records it announces: allowed where it is marked as truncated.</summary>
    public bool EndsEarly { get; private init; }

    /// <summary>True for a response.</summary>
    public bool IsResponse => (Flags & ResponseFlag) != 0;

    /// <summary>The kind of message; 0 for a query.</summary>
    public int OperationCode => (Flags >> 11) & 15;

    /// <summary>True where the answer did not fit (TC).</summary>
    public bool IsTruncated => (Flags & TruncatedFlag) != 0;

    /// <summary>The response code, with the upper bits of the OPT record.</summary>
    public int Code => (Flags & 15) | ((Edns?.ExtendedCode ?? 0) << 4);

    /// <summary>The flags that are set, in kdig's words.</summary>
    public string FlagText => string.Join(' ', FlagWords.Where(f => (Flags & f.Flag) != 0).Select(f => f.Word));

    /// <summary>Reads a message.</summary>
    /// <param name="data">The bytes of the message, all of them.</param>
    /// <param name="message">The message.</param>
    /// <param name="problem">What is wrong with it.</param>
    public static bool TryParse(byte[] data, [NotNullWhen(true)] out DnsMessage? message, [NotNullWhen(false)] out string? problem)
    {
        message = null;
        if (data.Length < HeaderSize)
        {
            problem = "it is shorter than a header";
            return false;
        }

        var reader = new DnsReader(data, 0, data.Length);
        var id = reader.ReadUInt16();
        int flags = reader.ReadUInt16();
        var counts = (Questions: reader.ReadUInt16(), Answers: reader.ReadUInt16(), Authority: reader.ReadUInt16(), Additional: reader.ReadUInt16());
        var questions = new List<DnsQuestion>();
        for (var i = 0; i < counts.Questions && reader.Problem is null; i++)
        {
            var question = new DnsQuestion(reader.ReadName(), reader.ReadUInt16(), reader.ReadUInt16());
            if (reader.Problem is null)
            {
                questions.Add(question);
            }
        }

        if (reader.Problem is not null)
        {
            problem = reader.Problem;
            return false;
        }

        var sections = new DnsSections(data);
        var answers = sections.Read(ref reader, counts.Answers, false);
        var authority = sections.Read(ref reader, counts.Authority, false);
        var additional = sections.Read(ref reader, counts.Additional, true);
        var endsEarly = reader.EndedEarly && (flags & TruncatedFlag) != 0;
        problem = endsEarly ? null : reader.Problem ?? (reader.Left > 0 ? $"{reader.Left} bytes follow its end" : null);
        if (problem is not null)
        {
            return false;
        }

        message = new DnsMessage
        {
            Id = id,
            Flags = flags,
            Questions = questions,
            Answers = answers,
            Authority = authority,
            Additional = additional,
            Edns = sections.Edns,
            Size = data.Length,
            EndsEarly = endsEarly,
        };
        return true;
    }
}
