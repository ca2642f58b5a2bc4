using System.Diagnostics;
using System.Net;
using PacketPath.HostState;
using PacketPath.Interop;

namespace PacketPath.Probes;

/// <summary>Runs the questions of one call: each target is one conversation.</summary>
internal sealed class DnsEngine : ApplicationEngine<DnsTarget, DnsTruncationResult>
{
    private static readonly TimeSpan PathIsShared = TimeSpan.FromSeconds(1);

    private readonly DnsProbeOptions _options;
    private readonly Lazy<DnsWire> _wire;
    private readonly object _readerLock = new();
    private readonly Dictionary<IPAddress, (Task<SynPathResult> Path, long Begun)> _paths = [];
    private HostPathReader? _reader;

    /// <summary>Creates an engine.</summary>
    public DnsEngine(DnsProbeOptions options, Action<ProbeOutput<DnsTarget, DnsTruncationResult>> sink)
        : base(options, sink)
    {
        _options = options;
        _wire = new(() => new DnsWire(options.Namespace, options.ServerPort));
    }

    /// <inheritdoc/>
    protected override async Task<DnsTruncationResult> ProbeAsync(DnsTarget target, CancellationToken stop)
    {
        if (!DnsQuestionAsked.TryParse(target.Name, target.Type, out var name, out var type, out var problem, out var advice))
        {
            throw new SynProbeException(SynProbeProblem.EngineFailed, problem, advice);
        }

        var wire = _options.Capture ? _wire.Value : null;
        if (wire is not null)
        {
            await wire.OpenedAsync(stop).ConfigureAwait(false);
        }

        var asked = DnsQuestionAsked.Create(name, type, _options.Cookies, _options.Dnssec);
        var conversation = new DnsConversation(target, asked, _options, wire, OpenSocketAsync, target.LookedUpFor is null ? SynAsync : SharedSynAsync, Report);
        return await conversation.RunAsync(stop).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Ended()
    {
        if (_wire.IsValueCreated)
        {
            _wire.Value.Dispose();
        }

        _reader?.Dispose();
    }

    // Many names are looked up at one server at the same time: one attempt tells of its path for all, and outlives whoever asked for it first.
    private Task<SynPathResult> SharedSynAsync(SynTarget target, CancellationToken stop)
    {
        lock (_paths)
        {
            if (!_paths.TryGetValue(target.Address, out var shared) || Stopwatch.GetElapsedTime(shared.Begun) > PathIsShared)
            {
                shared = (SynAsync(target, CancellationToken.None), Stopwatch.GetTimestamp());
                _paths[target.Address] = shared;
            }

            return shared.Path.WaitAsync(stop);
        }
    }

    private IcmpReport Report(ErrorQueueRecord record) => new()
    {
        Offender = record.Offender?.ToString() ?? "",
        OffenderIsLocal = record.Origin == ErrorOrigin.Local || (record.Offender is { } offender && IsLocal(offender)),
        Origin = record.Origin.ToString(),
        Type = record.Type,
        Code = record.Code,
        Meaning = record.Origin == ErrorOrigin.Local
            ? Errno.Describe(record.Errno)
            : IcmpMeaning.Describe(record.Origin == ErrorOrigin.IcmpV6, record.Type, record.Code),
        ErrorName = Errno.Name(record.Errno),
    };

    // Opened when the first error asks for it.
    private bool IsLocal(IPAddress address)
    {
        lock (_readerLock)
        {
            _reader ??= HostPathReader.Open(_options.Namespace);
            return _reader.IsLocalAddress(address);
        }
    }
}
