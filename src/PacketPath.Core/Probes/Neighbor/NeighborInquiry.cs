using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using PacketPath.HostState;
using PacketPath.Interop;

namespace PacketPath.Probes;

/// <summary>Asks a link who has an address, as arping and ndisc6 do, and takes every answer: one address with two owners gives two.</summary>
public static class NeighborInquiry
{
    private const int Longest = 200;
    private const int AskAgainAfter = 80;
    private const int WaitForOthers = 50;

    /// <summary>Asks for the link-layer addresses behind neighbor entries, all of one family, on their interface.</summary>
    /// <param name="networkNamespace">The namespace of the interface.</param>
    /// <param name="link">The interface.</param>
    /// <param name="entries">The entries as they stand; the kernel may take up what comes of this, as it takes up every answer.</param>
    /// <param name="stop">Ends the wait.</param>
    /// <returns>The entries, each with the answers that came.</returns>
    /// <exception cref="LinuxException">The kernel refused; EPERM where CAP_NET_RAW is missing.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public static IReadOnlyList<NeighborEntry> Verify(NetworkNamespace networkNamespace, PacketInterface link, IReadOnlyList<NeighborEntry> entries, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(networkNamespace);
        ArgumentNullException.ThrowIfNull(entries);
        if (!CanAsk(link, out var station) || entries.Count == 0)
        {
            return entries;
        }

        var answers = networkNamespace.Run(() => Ask(link, station, [.. entries.Select(static e => Bare(IPAddress.Parse(e.IPAddress)))], stop));
        return [.. entries.Select(e => e with { ObservedAt = DateTime.UtcNow, IsVerified = true, Answers = [.. answers[Bare(IPAddress.Parse(e.IPAddress))]] })];
    }

    /// <summary>True where an interface is one that addresses are asked for on: Ethernet, up, with ARP.</summary>
    internal static bool CanAsk(PacketInterface? link, out PhysicalAddress station)
    {
        station = PhysicalAddress.None;
        return link is { LinkType: "ether", AdminUp: true, LinkLayerAddress: { } text } && !link.Flags.Contains("NoArp")
            && PhysicalAddress.TryParse(text, out station!) && station.GetAddressBytes().Length == 6;
    }

    private static Dictionary<IPAddress, List<NeighborAnswer>> Ask(PacketInterface link, PhysicalAddress station, IPAddress[] addresses, CancellationToken stop)
    {
        var answers = addresses.Distinct().ToDictionary(static a => a, static _ => new List<NeighborAnswer>());
        try
        {
            using INeighborQuestion question = addresses[0].AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
                ? new SolicitationQuestion(link, station)
                : new ArpQuestion(link, station);
            var begun = Stopwatch.GetTimestamp();
            var asked = 0;
            var settled = (double)Longest;
            for (double now = 0; now < Math.Min(Longest, settled); now = Stopwatch.GetElapsedTime(begun).TotalMilliseconds)
            {
                stop.ThrowIfCancellationRequested();
                if (asked == 0 || (asked == 1 && now >= AskAgainAfter))
                {
                    asked++;
                    foreach (var address in answers.Where(static a => a.Value.Count == 0).Select(static a => a.Key))
                    {
                        question.Ask(address);
                    }
                }

                var wait = Math.Min(settled, asked == 1 ? AskAgainAfter : Longest) - now;
                if (question.Take(Math.Clamp((int)Math.Ceiling(wait), 1, AskAgainAfter)) is { } answer
                    && answers.TryGetValue(answer.Address, out var known) && !known.Exists(a => a.LinkLayerAddress == Text(answer.Station)))
                {
                    var at = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
                    known.Add(new NeighborAnswer { LinkLayerAddress = Text(answer.Station), RttMilliseconds = Math.Round(at, 3) });
                    settled = answers.Values.All(static a => a.Count > 0) ? at + WaitForOthers : settled;
                }
            }
        }
        catch (SocketException failure)
        {
            throw new LinuxException(failure.NativeErrorCode is > 0 and < 4096 ? failure.NativeErrorCode : Errno.EPERM, "socket");
        }

        return answers;
    }

    private static IPAddress Bare(IPAddress address) => address is { AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6, ScopeId: not 0 }
        ? new IPAddress(address.GetAddressBytes())
        : address;

    private static string Text(PhysicalAddress station) => string.Join(':', station.GetAddressBytes().Select(static b => b.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));
}
