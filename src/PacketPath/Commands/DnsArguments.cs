using System.Management.Automation;
using PacketPath.Probes;

namespace PacketPath.Commands;

/// <summary>The question to a name server, as parameters give it.</summary>
internal static class DnsArguments
{
    /// <summary>What is wrong with it; null for nothing, or no question.</summary>
    public static ErrorRecord? Wrong(string? name, string type)
    {
        if (name is null || DnsQuestionAsked.TryParse(name, type, out _, out _, out var problem, out var advice))
        {
            return null;
        }

        var isType = !DnsTypes.TryParse(type, out _);
        return new ErrorRecord(new ArgumentException(problem), isType ? "RecordTypeUnknown" : "NameMalformed", ErrorCategory.InvalidArgument, isType ? type : name)
        {
            ErrorDetails = new ErrorDetails(problem) { RecommendedAction = advice },
        };
    }
}
