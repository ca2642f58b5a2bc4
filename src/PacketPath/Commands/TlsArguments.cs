using System.Management.Automation;
using System.Security.Cryptography;
using System.Text;
using PacketPath.Targets;
using PacketPath.Tls;

namespace PacketPath.Commands;

/// <summary>What is wrong with arguments about TLS, and with what advice.</summary>
internal static class TlsArguments
{
    private const int LongestProtocol = 255;

    /// <summary>The first server name that is none; null where all are.</summary>
    public static ErrorRecord? WrongName(IEnumerable<string?> names)
    {
        foreach (var name in names)
        {
            if (!string.IsNullOrWhiteSpace(name) && !TargetParser.TryParse(name, out _, out var problem))
            {
                return Problem(problem, "ServerNameInvalid", name, problem.Advice);
            }
        }

        return null;
    }

    /// <summary>What is wrong with a control name that nothing is compared with; null where it has its use.</summary>
    public static ErrorRecord? WrongControl(string? name, string? control) => control is null || name is not null ? null
        : Problem(new ArgumentException($"-ControlName {control} is there to compare -ServerName with."), "ControlNameAlone", control, "Give the name in question as well: -ServerName.");

    /// <summary>The first application protocol that is none; null where all are.</summary>
    public static ErrorRecord? WrongProtocol(IEnumerable<string> protocols) =>
        protocols.FirstOrDefault(static p => Encoding.UTF8.GetByteCount(p) is < 1 or > LongestProtocol) is { } wrong
            ? Problem(new ArgumentException($"'{wrong}' is not an application protocol."), "AlpnInvalid", wrong, "Its name has 1 to 255 bytes, for example h2.")
            : null;

    /// <summary>The roots to judge by; null, with what is wrong, where a file cannot be used.</summary>
    public static TlsTrust? Trust(IReadOnlyCollection<string> files, IReadOnlyCollection<string> asWritten, out ErrorRecord? problem)
    {
        problem = null;
        try
        {
            return TlsTrust.WithFiles(files);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            var text = string.Join(", ", asWritten);
            problem = Problem(
                new ArgumentException($"-TrustedCertificate {text} cannot be used: {e.Message}", e), "TrustedCertificateInvalid", text, "Give files that hold certificates in PEM or DER.");
            return null;
        }
    }

    private static ErrorRecord Problem(Exception exception, string id, object target, string? advice) =>
        new(exception, id, ErrorCategory.InvalidArgument, target) { ErrorDetails = new ErrorDetails(exception.Message) { RecommendedAction = advice ?? "" } };
}
