namespace PacketPath.Diagnosis;

/// <summary>The TLS handshakes known of one target: of each name and size the newest, with the result it belongs to, and what it can be compared with.</summary>
internal sealed class TlsHandshakes
{
    // Within it, what another result shows counts as made beside.
    private static readonly TimeSpan Beside = TimeSpan.FromSeconds(30);

    private readonly TlsServerNameResult[] _results;
    private readonly Dictionary<TlsHandshake, TlsServerNameResult> _owners = new(ReferenceEqualityComparer.Instance);

    private TlsHandshakes(TlsServerNameResult[] results)
    {
        // A name that was asked again later counts as it was then.
        _results = results;
        var (asked, seen) = (new List<TlsHandshake>(), new HashSet<(string?, bool)>());
        foreach (var result in results)
        {
            asked.AddRange(result.Handshakes.Where(h => h is { IsControl: false, IsRepetition: false } && !seen.Contains((h.ServerName, h.IsLarge))));
            seen.UnionWith(result.Handshakes.Where(static h => !h.IsControl).Select(static h => (h.ServerName, h.IsLarge)));
            foreach (var handshake in result.Handshakes)
            {
                _owners.TryAdd(handshake, result);
            }
        }

        Asked = asked;
    }

    /// <summary>Those that were asked for, in their order, the newest result's first: no control, no repetition.</summary>
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

        // Where the port has no word of TLS for anybody now, what it had for others long before says nothing of now.
        var newest = results[0];
        var isMute = Array.Exists(newest.Handshakes, static h => IsCut(h) || h.Outcome == TlsOutcome.NotTls) && !Array.Exists(newest.Handshakes, IsAnswered);
        return new TlsHandshakes(isMute ? Array.FindAll(results, r => AreBeside(r, newest)) : results);
    }

    /// <summary>True where the peer said something in TLS, be it a refusal.</summary>
    public static bool IsAnswered(TlsHandshake handshake) => handshake.Outcome is TlsOutcome.Completed or TlsOutcome.Alert || handshake.Reached >= TlsStage.AfterServerHello;

    /// <summary>True where the connection ended, or stayed silent, without a word of TLS.</summary>
    public static bool IsCut(TlsHandshake handshake) =>
        handshake.Outcome is TlsOutcome.Reset or TlsOutcome.Closed or TlsOutcome.TimedOut && handshake.Reached <= TlsStage.AfterClientHello;

    /// <summary>True where two handshakes belong to one result, so that all is alike but what was asked.</summary>
    public bool AreOfOne(TlsHandshake one, TlsHandshake other) => ReferenceEquals(Owner(one), Owner(other));

    /// <summary>The result that a handshake belongs to.</summary>
    public TlsServerNameResult Owner(TlsHandshake handshake) => _owners[handshake];

    /// <summary>The handshakes of the same result, itself among them.</summary>
    public IReadOnlyList<TlsHandshake> Siblings(TlsHandshake handshake) => Owner(handshake).Handshakes;

    /// <summary>True where, with any name, the peer spoke TLS beside this handshake or after it.</summary>
    public bool IsSpokenBeside(TlsHandshake handshake)
    {
        var own = Owner(handshake);
        return Array.Exists(_results, r => (r.ObservedAt >= own.ObservedAt || AreBeside(r, own)) && Array.Exists(r.Handshakes, static h => !h.IsLarge && IsAnswered(h)));
    }

    /// <summary>The same handshake made again; null where it was not.</summary>
    public TlsHandshake? Repetition(TlsHandshake handshake) =>
        Siblings(handshake).FirstOrDefault(h => h.IsRepetition && h.ServerName == handshake.ServerName && h.IsLarge == handshake.IsLarge);

    /// <summary>A handshake with another name that was answered beside this one, a completed one first; null where there is none.</summary>
    public TlsHandshake? Witness(TlsHandshake handshake, bool completed) => Comparable(handshake)
        .Where(h => !h.IsLarge && h.ServerName != handshake.ServerName && (completed ? h.Outcome == TlsOutcome.Completed : IsAnswered(h)))
        .MinBy(static h => h.Outcome == TlsOutcome.Completed ? 0 : 1);

    /// <summary>The same name with a ClientHello of its own size, answered beside this one; null where there is none.</summary>
    public TlsHandshake? Small(TlsHandshake large) =>
        Comparable(large).FirstOrDefault(h => h is { IsControl: false, IsRepetition: false, IsLarge: false } && h.ServerName == large.ServerName && IsAnswered(h));

    // The result's own first. Where its own control got no word either, the target had changed: then nobody else's can stand for it.
    private IEnumerable<TlsHandshake> Comparable(TlsHandshake handshake)
    {
        var own = Owner(handshake);
        return Array.Exists(own.Handshakes, static h => h.IsControl && !IsAnswered(h))
            ? own.Handshakes
            : own.Handshakes.Concat(_results.Where(r => !ReferenceEquals(r, own) && AreBeside(r, own)).SelectMany(static r => r.Handshakes));
    }

    private static bool AreBeside(TlsServerNameResult one, TlsServerNameResult other) =>
        (one.ObservedAt - other.ObservedAt).Duration() <= Beside
        && (one.RequestedSourceAddress, one.RequestedInterfaceAlias, one.Mark, one.TcpPath?.RequestedUid)
            == (other.RequestedSourceAddress, other.RequestedInterfaceAlias, other.Mark, other.TcpPath?.RequestedUid);
}
