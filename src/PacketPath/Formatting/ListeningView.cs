using System.Globalization;
using System.Management.Automation;

namespace PacketPath.Formatting;

/// <summary>Text for the views of what a host says of itself as a server. Takes live and deserialized results.</summary>
public static class ListeningView
{
    private const string Red = "\u001b[31m";
    private const string Reset = "\u001b[0m";

    /// <summary>The address and port that clients connect to.</summary>
    /// <param name="result">A ListeningResult.</param>
    public static string Local(PSObject result) => Tell(result, r => string.Create(
        CultureInfo.InvariantCulture, $"{(r.RemoteAddress.Contains(':') ? $"[{r.RemoteAddress}]" : r.RemoteAddress)}:{r.RemotePort}"));

    /// <summary>Who listens there: the program, red where nobody does.</summary>
    /// <param name="result">A ListeningResult.</param>
    public static string Listener(PSObject result) => Tell(result, r => Last(r) switch
    {
        null => "",
        { State: SocketState.Absent } => $"{Red}nobody{Reset}",
        { OwningProcessName: { Length: > 0 } name } socket => string.Create(CultureInfo.InvariantCulture, $"{name} ({socket.OwningProcess})"),
        var socket => string.Create(CultureInfo.InvariantCulture, $"user {socket.UserId}"),
    });

    /// <summary>The connections that wait to be accepted, and how many may; red where it is full.</summary>
    /// <param name="result">A ListeningResult.</param>
    public static string Queue(PSObject result) => Tell(result, r => Last(r) is { AcceptQueueLength: { } waiting, AcceptQueueLimit: { } most }
        ? string.Create(CultureInfo.InvariantCulture, $"{(waiting > most ? Red : "")}{waiting}/{most}{(waiting > most ? Reset : "")}")
        : "");

    /// <summary>What becomes of a packet on its way in: passes, or why it is refused. What this host sends to itself is not looked up so.</summary>
    /// <param name="result">A ListeningResult.</param>
    public static string WayIn(PSObject result) => Tell(result, r => r.InputInterface == "lo" ? "" : Way(r.InputRoute));

    /// <summary>What becomes of the answer.</summary>
    /// <param name="result">A ListeningResult.</param>
    public static string WayBack(PSObject result) => Tell(result, r => Way(r.ReturnRoute));

    /// <summary>What was lost while the counters were watched.</summary>
    /// <param name="result">A ListeningResult.</param>
    public static string Lost(PSObject result) => Tell(result, r => r.CounterChanges.Length == 0 ? "-"
        : string.Create(CultureInfo.InvariantCulture, $"{Red}{r.CounterChanges.Aggregate(0UL, static (sum, change) => sum + change.Delta)}{Reset}"));

    private static string Way(PacketRoute? route) => route switch
    {
        null => "",
        { Outcome: RouteOutcome.Usable } => "passes",
        { ErrorName: { Length: > 0 } error } => Red + error + Reset,
        _ => Red + route.Outcome + Reset,
    };

    private static SocketEntry? Last(ListeningResult result) => result.Sockets.Length == 0 ? null : result.Sockets[^1];

    private static string Tell(PSObject result, Func<ListeningResult, string> text) =>
        LanguagePrimitives.TryConvertTo(result, CultureInfo.InvariantCulture, out ListeningResult? typed) && typed is not null ? text(typed) : "";
}
