using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using PacketPath.Interop;

namespace PacketPath.Probes;

/// <summary>
/// One question to one server: every buffer size in a query of its own, side by side; without EDNS where the server does not take it; over
/// TCP where an answer was truncated, or lost, or none comes.
/// </summary>
internal sealed class DnsConversation(
    DnsTarget target,
    DnsQuestionAsked asked,
    DnsProbeOptions options,
    DnsWire? wire,
    Func<System.Net.Sockets.AddressFamily, SocketType, CancellationToken, Task<Socket>> open,
    Func<SynTarget, CancellationToken, Task<SynPathResult>> syn,
    Func<ErrorQueueRecord, IcmpReport> report)
{
    private readonly IPEndPoint _server = new(target.Server, options.ServerPort);
    private readonly DateTime _startedUtc = DateTime.UtcNow;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly List<DnsReport> _datagrams = [];
    private readonly HashSet<Task<DnsReport>> _pending = [];
    private readonly ConcurrentBag<int> _ports = [];
    private Task<(SynPathResult Path, DnsReport Report)>? _stream;
    private bool _plainAsked;

    // A refusal of EDNS is no answer to the question.
    private bool IsUnanswered => _datagrams.TrueForAll(d => !d.IsAnswered || d.RefusesEdns);

    /// <summary>Asks, and tells what came of it.</summary>
    public async Task<DnsTruncationResult> RunAsync(CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            var lostBefore = wire?.Lost ?? 0;
            var wasOpen = wire?.IsOpen == true;
            await AskAllAsync(over.Token).ConfigureAwait(false);
            if (_datagrams.Exists(d => d.Exchange.Outcome == DnsExchangeOutcome.Silent) && _datagrams.Exists(d => d.IsAnswered && d.Exchange.BufferSize > 0)
                && (IsUnanswered || _datagrams.Exists(d => d.Exchange is { Outcome: DnsExchangeOutcome.Silent, BufferSize: > 0 })))
            {
                // How large the lost answer is, or whether there is one, TCP shows.
                StartStream(over.Token);
            }

            var stream = _stream is null ? ((SynPathResult Path, DnsReport Report)?)null : await _stream.ConfigureAwait(false);
            if (wasOpen)
            {
                await wire!.SettleAsync(over.Token).ConfigureAwait(false);
            }

            // What was lost of all that is told is asked for last.
            var datagrams = _datagrams.OrderBy(d => d.Exchange.BufferSize).ToList();
            var told = wasOpen ? datagrams.ConvertAll(d => d with { Exchange = wire!.Tell(d, target.Server) }) : datagrams;
            var (status, missing) = wire?.Standing(lostBefore) ?? (CaptureStatus.NotRequested, [DnsWire.Missed("switched off by -NoCapture", "Leave -NoCapture out.")]);
            return new DnsResultBuilder(target, asked, options, status is CaptureStatus.Complete or CaptureStatus.Incomplete ? told : datagrams, stream?.Report, stream?.Path).Build(_startedUtc, Stopwatch.GetElapsedTime(_started), status, missing);
        }
        finally
        {
            // Nothing of it outlives the conversation.
            await over.CancelAsync().ConfigureAwait(false);
            foreach (var task in _pending.Append<Task?>(_stream).OfType<Task>())
            {
                await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            foreach (var port in _ports)
            {
                wire!.Forget(target.Server, port);
            }
        }
    }

    private async Task AskAllAsync(CancellationToken stop)
    {
        foreach (var size in options.BufferSizes.Distinct())
        {
            _plainAsked |= size == 0;
            _pending.Add(AskAsync(size, stop));
        }

        // With no word by then, other ways are tried beside.
        var patience = Task.Delay(options.Patience ?? options.Timeout / 3, stop);
        while (_pending.Count > 0)
        {
            var waited = patience.IsCompleted ? await Task.WhenAny(_pending).ConfigureAwait(false) : await Task.WhenAny(_pending.Append(patience)).ConfigureAwait(false);
            if (waited is not Task<DnsReport> done)
            {
                await patience.ConfigureAwait(false);
                if (IsUnanswered)
                {
                    AskPlain(stop);
                    StartStream(stop);
                }

                continue;
            }

            var answer = await done.ConfigureAwait(false);
            _pending.Remove(done);
            _datagrams.Add(answer);
            if (answer.RefusesEdns)
            {
                AskPlain(stop);
            }

            if (answer.Exchange.Outcome is DnsExchangeOutcome.Truncated or DnsExchangeOutcome.IcmpError or DnsExchangeOutcome.LocalError)
            {
                StartStream(stop);
            }
        }
    }

    private void AskPlain(CancellationToken stop)
    {
        if (!_plainAsked)
        {
            _plainAsked = true;
            _pending.Add(AskAsync(0, stop));
        }
    }

    private void StartStream(CancellationToken stop) => _stream ??= StreamAsync(stop);

    private async Task<DnsReport> AskAsync(int bufferSize, CancellationToken stop)
    {
        using var socket = await open(_server.AddressFamily, SocketType.Dgram, stop).ConfigureAwait(false);
        if (options.SourceAddress is null)
        {
            socket.Bind(new IPEndPoint(_server.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0));
        }

        var port = (socket.LocalEndPoint as IPEndPoint)?.Port ?? 0;
        if (wire is not null)
        {
            wire.Watch(target.Server, port);
            _ports.Add(port);
        }

        var exchange = new DnsDatagramExchange(asked, bufferSize, _server, options.Timeout);
        var answer = await exchange.RunAsync(socket, stop).ConfigureAwait(false);
        return answer with
        {
            Exchange = answer.Exchange with
            {
                LocalPort = port,
                ErrorQueue = [.. exchange.Errors.Take(4).Select(report)],
            },
        };
    }

    private async Task<(SynPathResult Path, DnsReport Report)> StreamAsync(CancellationToken stop)
    {
        var size = options.BufferSizes.Max();
        var path = await syn(new SynTarget(target.ServerName, target.Server, options.ServerPort), stop).ConfigureAwait(false);
        if (path.Outcome != SynOutcome.Open)
        {
            return (path, new DnsReport(
                new DnsExchange { Transport = TransportProtocol.Tcp, BufferSize = size, Outcome = DnsExchangeOutcome.NotConnected, SocketError = path.SocketError },
                null));
        }

        using var socket = await open(_server.AddressFamily, SocketType.Stream, stop).ConfigureAwait(false);

        // A server that does not take EDNS is asked without.
        var edns = _datagrams.Exists(d => d.RefusesEdns) ? 0 : size;
        return (path, await new DnsStreamExchange(asked, edns, _server, options.Timeout).RunAsync(socket, stop).ConfigureAwait(false));
    }
}
