namespace PacketPath.Diagnosis;

/// <summary>Finds attempts that two ends made upon each other: together they are one question, whether the two reach each other.</summary>
internal static class OppositeAttempts
{
    /// <summary>The later of two such attempts, by the earlier one.</summary>
    /// <param name="probes">The newest attempt of each target, in the order of the targets.</param>
    public static Dictionary<TargetKey, TargetKey> Find(IEnumerable<(TargetKey Key, SynPathResult Probe)> probes)
    {
        var all = probes.Where(static p => p.Probe.LocalAddress is not null).ToArray();
        var found = new Dictionary<TargetKey, TargetKey>();
        if (all.Select(static p => p.Key.Place).Distinct().Take(2).Count() < 2)
        {
            return found;
        }

        var waiting = new Dictionary<(string, string), TargetKey>();
        foreach (var (key, probe) in all)
        {
            var local = TargetKey.Canonical(probe.LocalAddress);
            if (waiting.TryGetValue((key.RemoteAddress, local), out var earlier) && earlier.Place != key.Place)
            {
                found.TryAdd(earlier, key);
                waiting.Remove((key.RemoteAddress, local));
            }
            else
            {
                waiting.TryAdd((local, key.RemoteAddress), key);
            }
        }

        return found;
    }

    /// <summary>
    /// The verdicts on both as those on one: the first attempt's comes first, unless it is open where the fault lies and the other end's attempt names it, or it succeeded and the other's did not.
    /// </summary>
    public static IEnumerable<PacketFailure> Merge(IReadOnlyList<PacketFailure> first, IReadOnlyList<PacketFailure> second)
    {
        var takesSecond = NamesAFault(second[0]) && (!NamesAFault(first[0]) || (IsCoarse(first[0]) && IsLocal(second[0])));
        var (leading, other) = takesSecond ? (second, first) : (first, second);
        foreach (var verdict in leading)
        {
            yield return verdict;
        }

        foreach (var verdict in other.Where(NamesAFault))
        {
            yield return verdict with { IsPrimary = false, Confidence = (Confidence)Math.Max(0, Math.Min((int)verdict.Confidence, (int)leading[0].Confidence - 1)) };
        }
    }

    private static bool NamesAFault(PacketFailure verdict) => verdict.FaultId is not (nameof(Faults.NoFault) or nameof(Faults.Indeterminate));

    // What silence alone says: something beyond this host, nobody knows what.
    private static bool IsCoarse(PacketFailure verdict) => verdict.FaultId is nameof(Faults.NoReply) or nameof(Faults.PathSilentAfterHop)
        or nameof(Faults.ForwardPathLost) or nameof(Faults.ReturnPathLost) or nameof(Faults.ReturnPathAsymmetric);

    private static bool IsLocal(PacketFailure verdict) => verdict.Layer is >= PathLayer.Socket and <= PathLayer.Device or >= PathLayer.DeviceReceive and <= PathLayer.SocketQueue;
}
