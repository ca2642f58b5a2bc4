namespace PacketPath.Diagnosis;

/// <summary>The TLS handshakes known of one target: of each name and size the newest, and what they can be compared with.</summary>
internal sealed class TlsHandshakes
{
    private TlsHandshakes(TlsServerNameResult newest, TlsHandshake[] all)
    {
        Newest = newest;
        All = all;
        Asked = [.. all.Where(static h => h is { IsControl: false, IsRepetition: false })];
    }

    /// <summary>The newest result with handshakes.</summary>
    public TlsServerNameResult Newest { get; }

    /// <summary>Every handshake that counts.</summary>
    public IReadOnlyList<TlsHandshake> All { get; }

    /// <summary>Those that were asked for, in their order: no control, no repetition.</summary>
    public IReadOnlyList<TlsHandshake> Asked { get; }

    /// <summary>Those that were asked for with a ClientHello of its own size.</summary>
    public IEnumerable<TlsHandshake> Ordinary => Asked.Where(static h => !h.IsLarge);

    /// <summary>The handshakes of a target; null where none was made.</summary>
    public static TlsHandshakes? Of(EvidenceSet evidence)
    {
        var results = evidence.Applications.OfType<TlsServerNameResult>().Where(static r => r.Handshakes.Length > 0).ToArray();
        if (results.Length == 0)
        {
            return null;
        }

        // A name that was asked again later counts as it was then, with the controls made beside it.
        var (all, seen) = (new List<TlsHandshake>(), new HashSet<(string?, bool)>());
        foreach (var result in results)
        {
            var newer = result.Handshakes.Where(h => h.IsControl || !seen.Contains((h.ServerName, h.IsLarge))).ToArray();
            if (newer.Any(static h => !h.IsControl))
            {
                all.AddRange(newer);
            }

            seen.UnionWith(result.Handshakes.Where(static h => !h.IsControl).Select(static h => (h.ServerName, h.IsLarge)));
        }

        return new TlsHandshakes(results[0], [.. all]);
    }

    /// <summary>True where the peer said something in TLS, be it a refusal.</summary>
    public static bool IsAnswered(TlsHandshake handshake) => handshake.Outcome is TlsOutcome.Completed or TlsOutcome.Alert || handshake.Reached >= TlsStage.AfterServerHello;

    /// <summary>True where the connection ended, or stayed silent, without a word of TLS.</summary>
    public static bool IsCut(TlsHandshake handshake) =>
        handshake.Outcome is TlsOutcome.Reset or TlsOutcome.Closed or TlsOutcome.TimedOut && handshake.Reached <= TlsStage.AfterClientHello;

    /// <summary>The same handshake made again; null where it was not.</summary>
    public TlsHandshake? Repetition(TlsHandshake handshake) =>
        All.FirstOrDefault(h => h.IsRepetition && h.ServerName == handshake.ServerName && h.IsLarge == handshake.IsLarge);

    /// <summary>A handshake with another name that was answered, a completed one first; null where there is none.</summary>
    public TlsHandshake? Witness(TlsHandshake handshake, bool completed) => All
        .Where(h => !h.IsLarge && h.ServerName != handshake.ServerName && (completed ? h.Outcome == TlsOutcome.Completed : IsAnswered(h)))
        .MinBy(static h => h.Outcome == TlsOutcome.Completed ? 0 : 1);
}
