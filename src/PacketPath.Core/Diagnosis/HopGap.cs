namespace PacketPath.Diagnosis;

/// <summary>Where datagrams to a port end on the way, while others like them to a closed port go on.</summary>
internal static class HopGap
{
    /// <summary>One hop of such a walk.</summary>
    /// <param name="Ttl">The TTL that reaches it.</param>
    /// <param name="Answers">True where it answered the datagram to the port.</param>
    /// <param name="AnswersControl">True where it answered the one to the closed port.</param>
    /// <param name="IsTarget">True where it is the target itself.</param>
    /// <param name="IsConfirmed">True where it answered the closed port alone each time it was asked again.</param>
    public readonly record struct Hop(int Ttl, bool Answers, bool AnswersControl, bool IsTarget, bool IsConfirmed);

    /// <summary>The last hop that answers for the port, -1 for none, and the first behind it that answers for the closed port alone; null where that was not seen.</summary>
    public static (int LastGood, int FirstBad)? Find(IEnumerable<Hop> walked)
    {
        var hops = walked.ToArray();
        var last = Array.FindLastIndex(hops, static h => h.Answers);
        var after = Array.FindIndex(hops, h => h.Ttl > (last < 0 ? 0 : hops[last].Ttl) && h.AnswersControl);

        // At the target itself the two cannot be told apart: it may drop what it does not offer.
        return after < 0 || hops[after].IsTarget || !hops[after].IsConfirmed ? null : (last, after);
    }
}
