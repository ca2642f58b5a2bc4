namespace PacketPath.Probes;

/// <summary>Turns what a conversation saw into the object users get.</summary>
internal sealed class DnsResultBuilder(
    DnsTarget target, DnsQuestionAsked asked, DnsProbeOptions options, IReadOnlyList<DnsReport> datagrams, DnsReport? stream, SynPathResult? path)
{
    private readonly DnsReport[] _answered = [.. datagrams.Where(d => d.IsAnswered && !d.RefusesEdns)];

    /// <summary>Builds the result.</summary>
    public DnsTruncationResult Build(DateTime startedUtc, TimeSpan elapsed, CaptureStatus capture, MissingObservation[] missing)
    {
        var whole = _answered.Where(d => d.IsWhole).ToArray();
        var best = stream is { IsWhole: true } ? stream : whole.LastOrDefault() ?? _answered.LastOrDefault() ?? (stream is { IsAnswered: true } ? stream : null);
        var message = best?.Message;
        var lost = LostAt();
        var withEdns = datagrams.Where(d => d.IsAnswered && d.Exchange.BufferSize > 0).ToArray();
        DnsExchange[] exchanges = [.. datagrams.Append(stream).OfType<DnsReport>().Select(d => d.Exchange)];
        var truncated = _answered.LastOrDefault(d => d.Exchange.Outcome == DnsExchangeOutcome.Truncated);
        return new DnsTruncationResult
        {
            ComputerName = Environment.MachineName,
            NetNamespace = options.Namespace.Label,
            ObservedAt = startedUtc,
            RemoteAddress = target.Server.ToString(),
            RemotePort = options.ServerPort,
            Protocol = TransportProtocol.Udp,
            TargetName = target.ServerName,
            TcpPath = path,
            RequestedSourceAddress = options.SourceAddress?.ToString(),
            RequestedInterfaceAlias = options.InterfaceAlias,
            RequestedNetNamespace = options.Namespace.IsCurrent ? null : options.Namespace.Asked,
            Mark = options.Mark,
            TimeoutSeconds = options.Timeout.TotalSeconds,
            ElapsedMilliseconds = DnsResult.Milliseconds(elapsed),
            NotObserved = missing,
            Name = asked.Name.ToString(),
            Type = DnsTypes.Name(asked.Type),
            ServerSource = target.ServerSource,
            LookedUpFor = target.LookedUpFor,
            Outcome = OutcomeOf(truncated is not null, lost is not null),
            ResponseCode = message is null ? null : DnsCodes.Name(message.Code),
            Flags = message?.FlagText,
            IsReferral = message is not null && DnsResult.IsReferral(message),
            AnswerCount = message?.Answers.Count ?? 0,
            Answers = message is null ? [] : DnsResult.Answers(message),
            AnswersEqual = DnsResult.Equal([.. whole.Append(stream).OfType<DnsReport>().Where(d => d.IsWhole).Select(d => d.Message!)]),
            AnswerSize = best is { IsWhole: true } ? message!.Size : null,
            TruncatedAt = truncated?.Exchange.BufferSize,
            WholeAt = whole.FirstOrDefault()?.Exchange.BufferSize,
            LostAt = lost,
            TcpOutcome = TcpOutcomeOf(),
            EdnsSupported = withEdns.Length == 0 ? null : withEdns.Any(d => d.Message!.Edns is not null && !d.RefusesEdns),
            ServerBufferSize = withEdns.Select(d => d.Message!.Edns?.PayloadSize).FirstOrDefault(s => s is not null),
            Cookie = exchanges.Length == 0 ? DnsCookie.NotSent : exchanges.Max(e => e.Cookie),
            ExtendedErrors = message?.Edns?.Errors ?? [],
            Fragments = exchanges.Max(e => e.Fragments),
            RttMilliseconds = datagrams.Min(d => d.Exchange.RttMilliseconds),
            CaptureStatus = capture,
            Exchanges = exchanges,
        };
    }

    // Only among queries that differ in nothing else: one without EDNS is another query. And only with a sign that size is what matters.
    private int? LostAt()
    {
        var smaller = _answered.Where(d => d.Exchange.BufferSize > 0).ToArray();
        if (smaller.Length == 0)
        {
            return null;
        }

        var passed = _answered.Max(d => d.Exchange.Size);
        var lost = datagrams.FirstOrDefault(d => d.Exchange.Outcome == DnsExchangeOutcome.Silent && d.Exchange.BufferSize > smaller[0].Exchange.BufferSize && IsLarge(d.Exchange));
        return lost?.Exchange.BufferSize;

        bool IsLarge(DnsExchange silent) => silent.PacketsLate is not > 0 && (silent.FragmentsWhole is not null
            || Array.Exists(smaller, d => d.Exchange.Outcome == DnsExchangeOutcome.Truncated && d.Exchange.BufferSize < silent.BufferSize)
            || (stream is { IsWhole: true } && stream.Exchange.Size > passed));
    }

    private DnsOutcome OutcomeOf(bool truncated, bool lost)
    {
        if (lost)
        {
            return DnsOutcome.LargeReplyLost;
        }

        if (truncated)
        {
            return stream is { IsWhole: true } ? DnsOutcome.Truncated : DnsOutcome.TruncatedTcpFailed;
        }

        // A query with EDNS that is refused asks for one without: it is no answer to the question.
        return _answered.Length > 0 ? DnsOutcome.Whole
            : datagrams.Any(d => d.Exchange.Outcome == DnsExchangeOutcome.Invalid) ? DnsOutcome.Invalid
            : datagrams.Any(d => d.Exchange.Outcome is DnsExchangeOutcome.IcmpError or DnsExchangeOutcome.LocalError) ? DnsOutcome.Unreachable
            : DnsOutcome.Silent;
    }

    private DnsTcpOutcome TcpOutcomeOf() => stream?.Exchange.Outcome switch
    {
        null => DnsTcpOutcome.NotAsked,
        DnsExchangeOutcome.Answered => DnsTcpOutcome.Answered,
        DnsExchangeOutcome.NotConnected => DnsTcpOutcome.NotConnected,
        DnsExchangeOutcome.Silent => DnsTcpOutcome.Silent,
        DnsExchangeOutcome.Reset => DnsTcpOutcome.Reset,
        DnsExchangeOutcome.Closed => DnsTcpOutcome.Closed,
        _ => DnsTcpOutcome.Invalid,
    };
}
