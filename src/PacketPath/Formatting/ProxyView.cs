using System.Globalization;
using System.Management.Automation;
using PacketPath.Probes;

namespace PacketPath.Formatting;

/// <summary>Tells what a proxy answered. Takes live and deserialized results.</summary>
public static class ProxyView
{
    private const int MostHeaders = 12;

    /// <summary>Where the tunnel was to end.</summary>
    /// <param name="result">A ProxyConnectResult.</param>
    public static string Tunnel(PSObject result) => Tell(result, r => HostPort.Text(r.TunnelHost, r.TunnelPort));

    /// <summary>The proxy's address and port.</summary>
    /// <param name="result">A ProxyConnectResult.</param>
    public static string Remote(PSObject result) => Tell(result, r => HostPort.Text(r.RemoteAddress, r.RemotePort));

    /// <summary>The proxy, who named it, and as whom it was asked.</summary>
    /// <param name="result">A ProxyConnectResult.</param>
    public static string Proxy(PSObject result) => Tell(result, r =>
        $"{r.ProxyUri} at {HostPort.Text(r.RemoteAddress, r.RemotePort)}"
        + (string.IsNullOrEmpty(r.ProxyVariable) ? "" : $", named by {r.ProxyVariable}")
        + (string.IsNullOrEmpty(r.ProxyUser) ? "" : $", as {r.ProxyUser}"));

    /// <summary>The answer in a word or two.</summary>
    /// <param name="result">A ProxyConnectResult.</param>
    public static string Answer(PSObject result) => Tell(result, r =>
        r.StatusCode is { } status ? Text($"{status} {r.ReasonPhrase}").TrimEnd()
        : r.Outcome == ProxyOutcome.Unreachable && r.TcpPath is { Outcome: not SynOutcome.Open } beneath ? beneath.Outcome.ToString()
        : !string.IsNullOrEmpty(r.FirstBytes) ? r.FirstBytes
        : r.SocketError ?? "");

    /// <summary>How long it took, the TCP attempt included.</summary>
    /// <param name="result">A ProxyConnectResult.</param>
    public static string Time(PSObject result) => Tell(result, r => Milliseconds(r.ElapsedMilliseconds));

    /// <summary>The TCP attempt on the proxy.</summary>
    /// <param name="result">A ProxyConnectResult.</param>
    public static string Tcp(PSObject result) => Tell(result, r => r.TcpPath is not { } beneath ? "not tried"
        : beneath.Outcome + (beneath.RttMilliseconds is { } rtt ? $" in {Milliseconds(rtt)}" : "") + (string.IsNullOrEmpty(beneath.SocketError) ? "" : $" ({beneath.SocketError})"));

    /// <summary>TLS with the proxy.</summary>
    /// <param name="result">A ProxyConnectResult.</param>
    public static string ProxyTls(PSObject result) => Tell(result, r => Tls(r.ProxyTls));

    /// <summary>TLS through the tunnel.</summary>
    /// <param name="result">A ProxyConnectResult.</param>
    public static string TunnelTls(PSObject result) => Tell(result, r => Tls(r.TunnelTls));

    /// <summary>The reply, and what is wrong with it.</summary>
    /// <param name="result">A ProxyConnectResult.</param>
    public static string Reply(PSObject result) => Tell(result, r =>
    {
        var status = r.StatusCode is null ? "none" : Text($"{r.HttpVersion} {r.StatusCode} {r.ReasonPhrase}").TrimEnd();
        return status + (r.ReplyMilliseconds is { } time ? $" in {Milliseconds(time)}" : "")
            + (r.RequestAcknowledged is { } acknowledged && r.StatusCode is null ? $"; the request was {(acknowledged ? "" : "not ")}acknowledged" : "")
            + (string.IsNullOrEmpty(r.Problem) ? "" : "; " + r.Problem)
            + (string.IsNullOrEmpty(r.FirstBytes) ? "" : $"; it begins '{r.FirstBytes}'");
    });

    /// <summary>The header fields, one a line.</summary>
    /// <param name="result">A ProxyConnectResult.</param>
    public static string Headers(PSObject result) => Tell(result, r =>
        string.Join('\n', r.Headers.Take(MostHeaders).Select(static h => h.ToString())) + (r.Headers.Length > MostHeaders ? Text($"\n({r.Headers.Length - MostHeaders} more)") : ""));

    /// <summary>What could not be observed.</summary>
    /// <param name="result">A ProxyConnectResult.</param>
    public static string NotObserved(PSObject result) => Tell(result, r => string.Join('\n', r.NotObserved.Select(static m => m.ToString())));

    private static string Tls(TlsHandshake? tls)
    {
        if (tls is not { Outcome: TlsOutcome.Completed })
        {
            return tls is null ? "" : $"{tls.Outcome}: {(!string.IsNullOrEmpty(tls.Alert) ? tls.Alert : !string.IsNullOrEmpty(tls.Reason) ? tls.Reason : tls.SocketError ?? "")}".TrimEnd(':', ' ');
        }

        var doubts = TlsConverser.Doubts(tls);
        return $"{tls.TlsVersion} in {Milliseconds(tls.HandshakeMilliseconds)}, {tls.Certificate?.Subject}{(doubts.Length == 0 ? "" : $" (not trusted: {doubts})")}";
    }

    private static string Milliseconds(double value) => value.ToString(value < 10 ? "0.00" : value < 100 ? "0.0" : "0", CultureInfo.InvariantCulture) + " ms";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    // A saved result may have been written by anybody: each line is made safe once more.
    private static string Tell(PSObject result, Func<ProxyConnectResult, string> story) =>
        LanguagePrimitives.TryConvertTo(result, CultureInfo.InvariantCulture, out ProxyConnectResult? typed) && typed is not null
            ? string.Join('\n', story(typed).Split('\n').Select(DisplayText.Clean)) : "";
}
