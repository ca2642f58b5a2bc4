using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using PacketPath.Diagnosis;
using PacketPath.HostState;
using PacketPath.Probes;
using PacketPath.Targets;

namespace PacketPath.Tracing;

/// <summary>Resolves the names of a trace, each once: the system's resolver first, and the name servers of its file beside it where it keeps silent or fails.</summary>
internal sealed class TraceNames : IDisposable
{
    // Longer than most answers take, shorter than a person minds.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private const int EdnsSize = 1232;

    private readonly TraceOptions _options;
    private readonly TargetResolver _system;
    private readonly Lazy<AskedProbe<DnsTarget, DnsTruncationResult>> _servers;
    private readonly Lazy<ResolverFile> _file;
    private readonly Lazy<SynTargetExpander> _expander;
    private readonly ConcurrentDictionary<(string Text, AddressFamily? Family), Lazy<NameSearch>> _searches = new();

    /// <summary>Prepares it; nothing is opened before a name is asked for.</summary>
    public TraceNames(TraceOptions options)
    {
        _options = options;
        _system = new TargetResolver(options.Namespace);
        _file = new(() => ResolverFile.Of(options.Namespace));
        _expander = new(() => new SynTargetExpander(options.Namespace, options.InterfaceAlias));

        // As the system's resolver asks: from no address, interface or mark in particular, and mostly without EDNS.
        _servers = new(() => new(new DnsProbe(new DnsProbeOptions
        {
            Namespace = options.Namespace,
            Timeout = options.Timeout,
            Patience = options.Timeout / 10,
            ThrottleLimit = 4 * options.ThrottleLimit,
            Capture = options.Capture,
            BufferSizes = [_file.Value.UsesEdns ? EdnsSize : 0],
        })));
    }

    /// <summary>The search for the name of a target: one for all targets of that name.</summary>
    public NameSearch Of(TraceTarget target, CancellationToken stop) => _searches
        .GetOrAdd((target.Name, target.Family), _ => new(() => new NameSearch(known => SearchAsync(target, known, stop)))).Value;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_servers.IsValueCreated)
        {
            _servers.Value.Dispose();
        }

        if (_expander.IsValueCreated)
        {
            _expander.Value.Dispose();
        }
    }

    private async Task<NameFound> SearchAsync(TraceTarget target, Action<IReadOnlyList<IPAddress>> known, CancellationToken stop)
    {
        var stamp = new ObservationStamp(_options.Namespace.Label);
        var begun = Stopwatch.GetTimestamp();
        var name = TargetParser.Parse(target.Name);
        var lookup = new NameLookupResult
        {
            ComputerName = stamp.ComputerName,
            NetNamespace = stamp.NetNamespace,
            ObservedAt = stamp.ObservedAt,
            Protocol = _options.Udp ? TransportProtocol.Udp : TransportProtocol.Tcp,
            TargetName = target.Name,
            Name = name.HostName!,
            Family = target.Family,
            Outcome = NameLookupOutcome.Unanswered,
            RequestedNetNamespace = _options.Namespace.IsCurrent ? null : _options.Namespace.Asked,
            TimeoutSeconds = _options.Timeout.TotalSeconds,
        };
        _options.Progress?.Report("looking names up");
        var system = AskSystemAsync(name, target.Family, stop);
        await Task.WhenAny(system, Task.Delay(Patience, stop)).ConfigureAwait(false);
        stop.ThrowIfCancellationRequested();
        if (system is { IsCompleted: true, Result.Addresses.Count: > 0 })
        {
            var quick = Told(lookup, system.Result, begun);
            known(system.Result.Addresses);
            return new NameFound(quick, [], []);
        }

        _options.Progress?.Report("asking the name servers");
        var missing = new ConcurrentQueue<MissingObservation>();
        lookup = lookup with
        {
            ResolverPath = _file.Value.Path,
            Servers = [.. ServersOf(_file.Value).Select(static server => server.ToString())],
            Candidates = [.. _file.Value.Candidates(name.Text.TrimEnd().EndsWith('.') ? name.HostName + "." : name.HostName!)],
        };
        var asked = AskServersAsync(lookup, missing, stop);
        await Task.WhenAny(system, asked).ConfigureAwait(false);
        if (system is { IsCompletedSuccessfully: true, Result.Addresses.Count: > 0 })
        {
            lookup = Told(lookup, system.Result, begun);
            known(system.Result.Addresses);
        }

        var answers = await asked.ConfigureAwait(false);
        if (lookup.Addresses.Length == 0)
        {
            var said = system.IsCompletedSuccessfully ? system.Result : new SystemAnswer([], NameLookupOutcome.Unanswered, null);
            var decision = NameDecision.Of(lookup, answers);
            lookup = Told(lookup, said, begun);
            if (lookup.Addresses.Length == 0 && decision.Addresses.Count > 0)
            {
                lookup = lookup with { Addresses = Texts(Usable(name, decision.Addresses.Select(IPAddress.Parse))), AnsweredBy = decision.Server };
                if (said.Outcome != NameLookupOutcome.Unanswered)
                {
                    missing.Enqueue(new MissingObservation { What = $"why the system's resolver does not find {target.Name}", Why = "its name servers do", Remedy = "Look at /etc/nsswitch.conf, and try again: getent ahosts " + name.HostName });
                }
            }

            known([.. lookup.Addresses.Select(IPAddress.Parse)]);
        }

        return new NameFound(lookup, answers, [.. missing]);
    }

    private async Task<SystemAnswer> AskSystemAsync(Target name, AddressFamily? family, CancellationToken stop)
    {
        try
        {
            var addresses = await _system.ResolveAsync(name, family, stop).ConfigureAwait(false);
            return new SystemAnswer(Usable(name, addresses), NameLookupOutcome.Resolved, null);
        }
        catch (TargetException failure) when (failure.Problem != TargetProblem.Malformed)
        {
            var outcome = failure.Problem switch
            {
                TargetProblem.NameNotFound => NameLookupOutcome.NotFound,
                TargetProblem.NoAddress => NameLookupOutcome.NoAddress,
                _ => NameLookupOutcome.Failed,
            };
            return new SystemAnswer([], outcome, failure.Message);
        }
    }

    private static NameLookupResult Told(NameLookupResult lookup, SystemAnswer answer, long begun) => lookup with
    {
        Outcome = answer.Outcome,
        Error = answer.Error,
        Addresses = Texts(answer.Addresses),
        ElapsedMilliseconds = Math.Round(Stopwatch.GetElapsedTime(begun).TotalMilliseconds, 3),
    };

    private static string[] Texts(IEnumerable<IPAddress> addresses) => [.. addresses.Select(static address => address.ToString())];

    // An address for nobody in particular, or one that needs an interface, is the user's to hear of.
    private IPAddress[] Usable(Target name, IEnumerable<IPAddress> addresses)
    {
        lock (_expander)
        {
            return [.. addresses.Select(address => _expander.Value.Destination(name, address)).Distinct()];
        }
    }

    // The system's resolver asks the first three.
    private static IEnumerable<IPAddress> ServersOf(ResolverFile file) =>
        file.Servers.Take(3).Select(static server => IPAddress.TryParse(server, out var address) ? address : null).OfType<IPAddress>();

    private async Task<IReadOnlyList<DnsTruncationResult>> AskServersAsync(NameLookupResult lookup, ConcurrentQueue<MissingObservation> missing, CancellationToken stop)
    {
        var types = lookup.Family switch { AddressFamily.IPv4 => new[] { "A" }, AddressFamily.IPv6 => ["AAAA"], _ => ["A", "AAAA"] };
        var questions =
            from server in lookup.Servers
            from candidate in lookup.Candidates
            from type in types
            select new DnsTarget(server, IPAddress.Parse(server), candidate, type, lookup.ResolverPath!) { LookedUpFor = lookup.TargetName };
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var pending = questions.ToDictionary(question => AskAsync(question, missing, enough.Token));
        var answers = new List<DnsTruncationResult>();
        while (pending.Count > 0 && !NameDecision.IsSettled(lookup, answers, pending.Values.Select(static question => (question.Name, question.ServerName))))
        {
            var done = await Task.WhenAny(pending.Keys).ConfigureAwait(false);
            pending.Remove(done);
            if (await done.ConfigureAwait(false) is { } answer)
            {
                answers.Add(answer);
            }
        }

        // Those that the system's resolver would not ask any more need not be waited for.
        await enough.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(pending.Keys.Cast<Task>()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return answers;
    }

    private async Task<DnsTruncationResult?> AskAsync(DnsTarget question, ConcurrentQueue<MissingObservation> missing, CancellationToken stop)
    {
        try
        {
            return await _servers.Value.AskAsync(question, stop).ConfigureAwait(false);
        }
        catch (SynProbeException problem)
        {
            missing.Enqueue(new MissingObservation { What = $"what the name server {question.Server} says of {question.Name}", Why = problem.Message, Remedy = problem.Remedy });
            return null;
        }
    }

    private sealed record SystemAnswer(IReadOnlyList<IPAddress> Addresses, NameLookupOutcome Outcome, string? Error);
}
