using System.Management.Automation;
using PacketPath.HostState;
using PacketPath.Targets;

namespace PacketPath.Commands;

/// <summary>Bad input to a lookup, as an error record needs it.</summary>
/// <param name="Cause">The exception.</param>
/// <param name="ErrorId">The error's stable id.</param>
/// <param name="Category">The PowerShell category.</param>
/// <param name="Target">The user's own text.</param>
/// <param name="Advice">What to do about it.</param>
internal sealed record RouteProblem(Exception Cause, string ErrorId, ErrorCategory Category, string Target, string Advice)
{
    /// <summary>The problem an exception stands for; null where it is none of the input's.</summary>
    public static RouteProblem? Of(Exception exception) => exception switch
    {
        TargetException { Problem: TargetProblem.Malformed } target => new(target, "TargetMalformed", ErrorCategory.InvalidArgument, target.Target, target.Advice),
        TargetException target => new(target, "Target" + target.Problem, ErrorCategory.ObjectNotFound, target.Target, target.Advice),
        RouteQuestionException { ErrorId: "TableNotFound" } table => new(table, table.ErrorId, ErrorCategory.ObjectNotFound, table.Target, table.Advice),
        RouteQuestionException question => new(question, question.ErrorId, ErrorCategory.InvalidArgument, question.Target, question.Advice),
        UnknownInterfaceException unknown => new(unknown, "InterfaceNotFound", ErrorCategory.ObjectNotFound, unknown.InterfaceName, "Get-PacketInterface lists those there are."),
        _ => null,
    };
}
