using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using PacketPath.Targets;

namespace PacketPath.Probes;

/// <summary>A question in wire form, and the client's cookie that goes with it.</summary>
internal sealed record DnsQuestionAsked(DnsName Name, ushort Type, byte[] ClientCookie, bool Dnssec)
{
    /// <summary>The length of a client's cookie.</summary>
    public const int ClientCookieSize = 8;

    /// <summary>Reads what the user asks for; an address stands for its name in reverse where PTR is asked for.</summary>
    public static bool TryParse(string name, string type, [NotNullWhen(true)] out DnsName? read, out ushort number, [NotNullWhen(false)] out string? problem, out string advice)
    {
        read = null;
        advice = "";
        if (!DnsTypes.TryParse(type, out number))
        {
            problem = $"'{DisplayText.Clean(type)}' is not a type of record.";
            advice = "Give a type such as A, AAAA, MX, TXT, SRV or HTTPS, or its number as in TYPE65.";
            return false;
        }

        if (AddressOf(name) is { } address)
        {
            if (number == DnsTypes.PTR)
            {
                read = DnsName.Reverse(address);
                problem = null;
                return true;
            }

            problem = $"'{name.Trim()}' is an address, not a name.";
            advice = "Give a name, or -Type PTR to ask for the address in reverse.";
            return false;
        }

        if (DnsName.TryParse(name, out read, out var wrong))
        {
            problem = null;
            return true;
        }

        var shown = DisplayText.Clean(name.Length > 80 ? name[..80] + "..." : name);
        problem = $"'{shown}' {wrong}.";
        advice = "Between its dots a name has 1 to 63 bytes, and 253 in all; \\. stands for a dot that is meant, \\032 for the byte 32.";
        return false;
    }

    /// <summary>A question with a cookie of its own.</summary>
    public static DnsQuestionAsked Create(DnsName name, ushort type, bool cookie, bool dnssec) =>
        new(name, type, cookie ? RandomNumberGenerator.GetBytes(ClientCookieSize) : [], dnssec);

    /// <summary>A number for a query that nobody guesses.</summary>
    public static ushort NewId() => (ushort)RandomNumberGenerator.GetInt32(0x10000);

    private static IPAddress? AddressOf(string name) =>
        TargetParser.TryParse(name, out var target, out _) && target is { Address: { } address, Zone: null } ? address : null;
}

/// <summary>Judges whether a message answers a query.</summary>
internal static class DnsReplyCheck
{
    /// <summary>Reads a message and compares it with the query; null where it is the answer.</summary>
    public static (DnsRejection Reason, string Detail)? Reject(byte[] data, ushort id, DnsQuestionAsked asked, bool cookieSent, out DnsMessage? message)
    {
        if (!DnsMessage.TryParse(data, out message, out var problem))
        {
            return (DnsRejection.Malformed, "it is no sound DNS message: " + problem);
        }

        if (!message.IsResponse || message.OperationCode != 0)
        {
            return (DnsRejection.NotAResponse, "it is no response to a query");
        }

        if (message.Id != id)
        {
            return (DnsRejection.WrongId, FormattableString.Invariant($"its number is {message.Id}, the query's is {id}"));
        }

        // Servers that could not read the question may leave it out.
        var unread = message.Questions.Count == 0 && message.Code is not (DnsCodes.NoError or DnsCodes.NameError);
        if (!unread && (message.Questions is not [var question] || !question.Name.Equals(asked.Name) || question.Type != asked.Type || question.Class != DnsMessage.InternetClass))
        {
            return (DnsRejection.WrongQuestion, message.Questions.Count == 1
                ? $"it answers {message.Questions[0].Name} {DnsTypes.Name(message.Questions[0].Type)}, which was not asked"
                : FormattableString.Invariant($"it holds {message.Questions.Count} questions"));
        }

        return cookieSent && message.Edns?.Cookie is { } cookie && !cookie.AsSpan(0, DnsQuestionAsked.ClientCookieSize).SequenceEqual(asked.ClientCookie)
            ? (DnsRejection.WrongCookie, "it carries another client's cookie")
            : null;
    }
}
