using System.Globalization;
using System.Management.Automation;
using System.Text;

namespace PacketPath.Formatting;

/// <summary>Draws TLS handshakes side by side. Takes live and deserialized results.</summary>
public static class TlsView
{
    private const int Width = 98;
    private const int LongestName = 40;
    private const int MostNames = 6;

    /// <summary>The target, and what each handshake came to, in one line.</summary>
    /// <param name="result">A TlsServerNameResult.</param>
    public static string Headline(PSObject result) => Tell<TlsServerNameResult>(result, r =>
        Cut($"{Place(r)}{(r.TargetName.Length == 0 || r.TargetName == r.RemoteAddress ? "" : $" ({Clean(r.TargetName)})")}  {Summary(r)}", Width));

    /// <summary>The handshakes, with what was served, and what was not observed.</summary>
    /// <param name="result">A TlsServerNameResult.</param>
    public static string Story(PSObject result) => Tell<TlsServerNameResult>(result, r =>
    {
        var text = new StringBuilder();
        var width = Math.Min(LongestName, r.Handshakes.Select(h => Name(h).Length).DefaultIfEmpty().Max());
        foreach (var handshake in r.Handshakes)
        {
            Draw(handshake, width, text);
        }

        foreach (var missing in r.NotObserved)
        {
            Line(text, "  ", $"not observed: {missing.What} ({missing.Why.TrimEnd('.')})");
        }

        return text.ToString().Trim('\n');
    });

    /// <summary>The address and port.</summary>
    /// <param name="result">A TlsServerNameResult.</param>
    public static string Remote(PSObject result) => Tell<TlsServerNameResult>(result, Place);

    /// <summary>What the handshakes came to, short.</summary>
    /// <param name="result">A TlsServerNameResult.</param>
    public static string Outcome(PSObject result) => Tell<TlsServerNameResult>(result, Summary);

    /// <summary>The name of a handshake and its role.</summary>
    /// <param name="handshake">A TlsHandshake.</param>
    public static string Name(PSObject handshake) => Tell<TlsHandshake>(handshake, Name);

    /// <summary>What became of a handshake.</summary>
    /// <param name="handshake">A TlsHandshake.</param>
    public static string Fate(PSObject handshake) => Tell<TlsHandshake>(handshake, Fate);

    /// <summary>The names of the certificate served.</summary>
    /// <param name="handshake">A TlsHandshake.</param>
    public static string Served(PSObject handshake) => Tell<TlsHandshake>(handshake, h => h.Certificate is null ? "" : Served(h.Certificate));

    private static void Draw(TlsHandshake h, int width, StringBuilder text)
    {
        var good = h.Outcome == TlsOutcome.Completed && h.CoversName != false && h.Certificate is not { ChainErrors.Length: > 0 };
        var agreed = string.Join("  ", new[] { h.TlsVersion, h.CipherSuite, h.Alpn }.Where(t => !string.IsNullOrEmpty(t)));
        text.Append('\n').Append(Cut($"  {(good ? '+' : '-')} {Name(h).PadRight(width)}  {Fate(h)}{(agreed.Length == 0 ? "" : "  " + agreed)}  {Milliseconds(h.HandshakeMilliseconds)}", Width));
        if (h.Certificate is { } certificate)
        {
            Line(text, "      ", $"certificate for {Served(certificate)}{(h.CoversName == false ? $": does not cover {Clean(h.CertificateName ?? "")}" : "")}");
            Line(text, "      ", string.Create(CultureInfo.InvariantCulture, $"issued by {Clean(certificate.Issuer)}, valid {certificate.NotBefore:yyyy-MM-dd} to {certificate.NotAfter:yyyy-MM-dd}"));
            foreach (var (status, error) in certificate.ChainStatus.Zip(certificate.ChainErrors).Take(3))
            {
                Line(text, "      ", $"{Clean(status)}: {Clean(error)}");
            }
        }

        if (!string.IsNullOrEmpty(h.ReceivedText) || !string.IsNullOrEmpty(h.Reason))
        {
            Line(text, "      ", string.IsNullOrEmpty(h.ReceivedText) ? Clean(h.Reason!) : $"it said: {Clean(h.ReceivedText)}");
        }

        if (h.Outcome != TlsOutcome.Completed && h.Records.Length > 0)
        {
            Line(text, "      ", "on the wire: " + string.Join("; ", h.Records.Take(6).Select(r => r.ToString())) + (h.IsAcknowledged == false ? "; never acknowledged" : ""));
        }
    }

    private static string Summary(TlsServerNameResult r) => r.Handshakes.Length == 0
        ? $"no handshake: TCP {r.TcpPath?.Outcome.ToString() ?? "not tried"}"
        : string.Join(", ", r.Handshakes.Where(h => !h.IsRepetition).Select(h => $"{Name(h)}: {Fate(h)}"));

    private static string Place(TlsServerNameResult r) =>
        string.Create(CultureInfo.InvariantCulture, $"{(r.RemoteAddress.Contains(':') ? $"[{r.RemoteAddress}]" : r.RemoteAddress)}:{r.RemotePort}");

    private static string Name(TlsHandshake h)
    {
        var role = h.IsRepetition ? "again" : h.IsControl ? "control" : h.IsLarge ? "large" : "";
        var name = string.IsNullOrEmpty(h.ServerName) ? "(no name)" : Clean(h.ServerName);
        return role.Length == 0 ? name : $"{name}, {role}{(h is { IsRepetition: true, IsLarge: true } ? ", large" : "")}";
    }

    private static string Fate(TlsHandshake h) => h.Outcome switch
    {
        TlsOutcome.Completed when h.CoversName == false => "completed, other name",
        TlsOutcome.Completed when h.Certificate is { ChainErrors.Length: > 0 } => "completed, not valid",
        TlsOutcome.Completed => "completed",
        TlsOutcome.Alert => "alert " + (string.IsNullOrEmpty(h.Alert) ? "(encrypted)" : h.Alert),
        TlsOutcome.NotTls => "no TLS",
        TlsOutcome.NotConnected => $"not connected ({h.SocketError})",
        TlsOutcome.TimedOut => "silence" + Where(h),
        TlsOutcome.Reset => "reset" + Where(h),
        TlsOutcome.Closed => "closed" + Where(h),
        _ => "failed" + Where(h),
    };

    private static string Where(TlsHandshake h) => h.Reached switch
    {
        TlsStage.BeforeClientHello => " before ClientHello",
        TlsStage.AfterServerHello => " after ServerHello",
        _ => " after ClientHello",
    };

    private static string Served(TlsCertificate certificate) => certificate.SubjectAlternativeNames.Length == 0
        ? Clean(certificate.Subject)
        : string.Join(", ", certificate.SubjectAlternativeNames.Take(MostNames).Select(Clean))
            + (certificate.SubjectAlternativeNameCount > MostNames ? string.Create(CultureInfo.InvariantCulture, $" and {certificate.SubjectAlternativeNameCount - MostNames} more") : "");

    private static string Clean(string text) => DisplayText.Clean(text);

    private static void Line(StringBuilder text, string indent, string line) => text.Append('\n').Append(Cut(indent + line, Width));

    private static string Cut(string text, int width) => text.Length <= width ? text : string.Concat(text.AsSpan(0, width - 1), "…");

    private static string Milliseconds(double value) => value.ToString(value < 100 ? "0.0" : "0", CultureInfo.InvariantCulture) + " ms";

    private static string Tell<T>(PSObject item, Func<T, string> text) =>
        LanguagePrimitives.TryConvertTo(item, CultureInfo.InvariantCulture, out T? typed) && typed is not null ? text(typed) : "";
}
