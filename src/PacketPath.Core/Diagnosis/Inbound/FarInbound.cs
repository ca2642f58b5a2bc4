namespace PacketPath.Diagnosis;

/// <summary>What another host said of the connections that come in to a target, beside an attempt on it from here.</summary>
/// <param name="Result">Its word.</param>
/// <param name="Host">What is known of that host, by itself.</param>
internal sealed record FarInbound(ListeningResult Result, EvidenceSet Host)
{
    /// <summary>True where it has the target's address; a router asked about what passes through it has not.</summary>
    public bool HasTarget => Result.Sockets.Length > 0;

    /// <summary>What it is called.</summary>
    public string Place => Result.NetNamespace.Length == 0 || Result.NetNamespace.StartsWith("net:[", StringComparison.Ordinal)
        ? Result.ComputerName.Length == 0 ? "the other host" : Result.ComputerName
        : $"namespace {Result.NetNamespace}";

    /// <summary>True where nothing there stands against the connection.</summary>
    public bool IsReady => InboundAnswers.Ready(Host, Result) is { Confidence: Confidence.Proven } && Resolver.Judge(Host).First().FaultId == nameof(Faults.NoFault);

    /// <summary>True where it was asked about the very client that an attempt was made from, or about any.</summary>
    public bool IsAbout(SynPathResult probe) => Result.PeerAddress is not { } peer || TargetKey.Canonical(peer) == TargetKey.Canonical(probe.LocalAddress);

    /// <summary>True where an attempt is known to go there: to the target itself, or by it as the next hop.</summary>
    public bool IsOnTheWayOf(SynPathResult probe) => HasTarget
        || (probe.Route?.NextHop is { } nextHop && Result.Interfaces.Any(link => link.Addresses.Any(own => TargetKey.Canonical(own.IPAddress) == TargetKey.Canonical(nextHop))));
}
