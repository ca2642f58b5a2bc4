using System.Net;
using PacketPath.Targets;

namespace PacketPath.Probes;

/// <summary>One handshake to be made.</summary>
/// <param name="ServerName">The name to send; null for none.</param>
/// <param name="CertificateName">The name or address to hold against the certificate; null for none.</param>
internal sealed record TlsQuestion(string? ServerName, string? CertificateName)
{
    /// <summary>Made for comparison.</summary>
    public bool IsControl { get; init; }

    /// <summary>Made again after a failure.</summary>
    public bool IsRepetition { get; init; }

    /// <summary>With a ClientHello of more than one segment.</summary>
    public bool IsLarge { get; init; }
}

/// <summary>Which handshakes a target is asked for: first those of the user, then what shows whether a failure is about the name. Pure.</summary>
internal static class TlsPlan
{
    private const int MostRepetitions = 8;

    /// <summary>The handshakes the user asked for.</summary>
    public static IReadOnlyList<TlsQuestion> First(TlsTarget target, TlsProbeOptions options)
    {
        var names = options.ServerNames.Count > 0 ? options.ServerNames : [target.Name];
        var questions = names.Select(n => Question(n, target)).Distinct().ToList();
        if (options.LargeClientHello)
        {
            questions = [.. questions.SelectMany(static q => new[] { q, q with { IsLarge = true } })];
        }

        if (options.ControlName is { } control)
        {
            questions.Add(Question(control, target) with { CertificateName = null, IsControl = true });
        }

        return questions;
    }

    /// <summary>What is asked once the first answers are there: each failure without a word a second time, and a handshake without a name beside it where nothing else is there to compare with.</summary>
    public static IReadOnlyList<TlsQuestion> Second(IReadOnlyList<TlsHandshake> first)
    {
        var asked = first.Where(static h => !h.IsControl).ToArray();
        var failed = asked.Where(static h => h.Outcome is not TlsOutcome.Completed).ToArray();
        var second = failed.Where(static h => h.Outcome is TlsOutcome.Reset or TlsOutcome.Closed or TlsOutcome.TimedOut or TlsOutcome.NotConnected)
            .Take(MostRepetitions)
            .Select(static h => new TlsQuestion(h.ServerName, h.CertificateName) { IsRepetition = true, IsLarge = h.IsLarge })
            .ToList();
        var isCompared = Array.Exists(first.ToArray(), static h => h is { IsControl: true } or { Outcome: TlsOutcome.Completed, IsLarge: false });
        if (!isCompared && Array.Exists(failed, static h => h.ServerName is not null))
        {
            second.Add(new TlsQuestion(null, null) { IsControl = true });
        }

        return second;
    }

    // An address is no server name (RFC 6066, section 3): none is sent, and the certificate must cover the address.
    private static TlsQuestion Question(string name, TlsTarget target)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            return new TlsQuestion(null, null);
        }

        return TargetParser.TryParse(name, out var parsed, out _) && parsed.HostName is { } host
            ? new TlsQuestion(host, host)
            : new TlsQuestion(null, new IPAddress((parsed?.Address ?? target.Address).GetAddressBytes()).ToString());
    }
}
