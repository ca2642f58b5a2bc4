using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;

namespace PacketPath.Binding;

/// <summary>Reads evidence out of whatever the pipeline carries: live objects, deserialized ones, and their shape read back from JSON.</summary>
internal static class EvidenceReader
{
    private const string DeserializedPrefix = "Deserialized.";

    // The kinds, and the properties that tell each apart where only its shape is left.
    private static readonly (Type Type, string[] Signature)[] Kinds =
    [
        (typeof(PacketTrace), [nameof(PacketTrace.Stages), nameof(PacketTrace.Verdict), nameof(PacketTrace.Evidence)]),
        (typeof(ListeningResult), [nameof(ListeningResult.Sockets), nameof(ListeningResult.WatchedSeconds)]),
        (typeof(NameLookupResult), [nameof(NameLookupResult.Outcome), nameof(NameLookupResult.Addresses), nameof(NameLookupResult.Candidates)]),
        (typeof(DnsTruncationResult), [nameof(DnsTruncationResult.Outcome), nameof(DnsTruncationResult.ServerSource), nameof(DnsTruncationResult.Exchanges)]),
        (typeof(MtuProbeResult), [nameof(MtuProbeResult.Outcome), nameof(MtuProbeResult.LimitDirection), nameof(MtuProbeResult.RemoteAddress)]),
        (typeof(SynPathResult), [nameof(SynPathResult.Outcome), nameof(SynPathResult.CaptureStatus), nameof(SynPathResult.RemoteAddress)]),
        (typeof(TlsServerNameResult), [nameof(TlsServerNameResult.Handshakes), nameof(TlsServerNameResult.TrustSource), nameof(TlsServerNameResult.RemoteAddress)]),
        (typeof(QuicPathResult), [nameof(QuicPathResult.QuicAnswered), nameof(QuicPathResult.UdpOutcome), nameof(QuicPathResult.RemoteAddress)]),
        (typeof(ProxyConnectResult), [nameof(ProxyConnectResult.Outcome), nameof(ProxyConnectResult.ProxyUri), nameof(ProxyConnectResult.TunnelHost)]),
        (typeof(PacketRoute), [nameof(PacketRoute.Outcome), nameof(PacketRoute.TypeOfRoute), nameof(PacketRoute.RemoteAddress)]),
        (typeof(NeighborEntry), [nameof(NeighborEntry.NudState), nameof(NeighborEntry.IPAddress)]),
        (typeof(PacketInterface), [nameof(PacketInterface.AdminUp), nameof(PacketInterface.OperationalStatus)]),
        (typeof(SocketEntry), [nameof(SocketEntry.Kind), nameof(SocketEntry.State), nameof(SocketEntry.LocalAddress), nameof(SocketEntry.Inode)]),
        (typeof(FirewallHook), [nameof(FirewallHook.Hook), nameof(FirewallHook.Chain), nameof(FirewallHook.Backend)]),
        (typeof(ConntrackStats), [nameof(ConntrackStats.IsAvailable), nameof(ConntrackStats.InsertFailed), nameof(ConntrackStats.EarlyDrop)]),
        (typeof(ConntrackEntry), [nameof(ConntrackEntry.OriginalDestinationAddress), nameof(ConntrackEntry.StatusBits)]),
        (typeof(QueueStats), [nameof(QueueStats.Kind), nameof(QueueStats.Name), nameof(QueueStats.Drops), nameof(QueueStats.Counters)]),
        (typeof(PacketRecord), [nameof(PacketRecord.TimestampNanoseconds), nameof(PacketRecord.Network), nameof(PacketRecord.Direction)]),
        (typeof(PacketCaptureSummary), [nameof(PacketCaptureSummary.Packets), nameof(PacketCaptureSummary.Filter), nameof(PacketCaptureSummary.Direction)]),
        (typeof(PolicyRule), [nameof(PolicyRule.Priority), nameof(PolicyRule.Action), nameof(PolicyRule.AddressFamily)]),
    ];

    /// <summary>Reads one object.</summary>
    public static bool TryRead(PSObject? item, [NotNullWhen(true)] out PacketEvidence? evidence, out string problem)
    {
        evidence = null;
        problem = "";
        switch (item?.BaseObject)
        {
            case null:
                problem = "Nothing ($null) is not evidence.";
                return false;
            case PacketFailure:
                problem = "This is a verdict already, not evidence.";
                return false;
            case PacketTrace trace:
                return TryUnfold(trace, out evidence, out problem);
            case PacketEvidence live:
                evidence = live;
                return true;
        }

        var kind = KindOf(item);
        if (kind is null)
        {
            problem = $"An object of type {item.TypeNames.FirstOrDefault() ?? "unknown"} is not evidence that Resolve-PacketFailure can weigh.";
            return false;
        }

        try
        {
            evidence = (PacketEvidence)PropertyBagReader.Read(item, kind);
        }
        catch (PSInvalidCastException e)
        {
            problem = $"An object that looks like a {kind.Name} cannot be read back: {e.Message}";
            return false;
        }

        return evidence is not PacketTrace read || TryUnfold(read, out evidence, out problem);
    }

    // A trace carries objects of any kind: each is read for itself, so that a trace is weighed whole or not at all.
    private static bool TryUnfold(PacketTrace trace, [NotNullWhen(true)] out PacketEvidence? evidence, out string problem)
    {
        evidence = null;
        problem = "";
        var items = new object[trace.Evidence.Length];
        for (var i = 0; i < items.Length; i++)
        {
            if (!TryRead(trace.Evidence[i] is { } item ? PSObject.AsPSObject(item) : null, out var part, out var why))
            {
                problem = $"A trace of {trace.TargetName} holds something that is not evidence. {why}";
                return false;
            }

            items[i] = part;
        }

        evidence = trace with { Evidence = items };
        return true;
    }

    // What tells a kind apart must be there in any case: a verdict may not rest on a default.
    private static Type? KindOf(PSObject item)
    {
        var kinds = Kinds.Where(k => k.Signature.All(p => item.Properties[p]?.Value is not null)).ToArray();
        var names = item.TypeNames.Where(n => n.StartsWith(DeserializedPrefix, StringComparison.Ordinal))
            .Select(n => n[DeserializedPrefix.Length..]).ToArray();
        var named = kinds.FirstOrDefault(k => names.Contains(k.Type.FullName)).Type;
        return named ?? (item.BaseObject is PSCustomObject ? kinds.FirstOrDefault().Type : null);
    }
}
