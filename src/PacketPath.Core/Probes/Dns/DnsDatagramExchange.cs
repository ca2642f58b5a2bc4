using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using PacketPath.Interop;

namespace PacketPath.Probes;

/// <summary>One question over UDP with one buffer size, sent again where nothing comes back. Listens to everyone, and takes the answer of the server only.</summary>
internal sealed class DnsDatagramExchange(DnsQuestionAsked asked, int bufferSize, IPEndPoint server, TimeSpan timeout)
{
    private const int Attempts = 3;
    private const int LargestDatagram = 65535;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(20);

    private readonly DnsRejections _rejections = new();
    private readonly List<ErrorQueueRecord> _errors = [];
    private readonly Stopwatch _clock = new();
    private ushort _id = DnsQuestionAsked.NewId();
    private byte[] _cookie = bufferSize > 0 ? asked.ClientCookie : [];
    private bool _cookieRenewed;
    private int _sent;
    private long _sentAt;
    private long _heardUntil;
    private int _errno;
    private byte[] _query = [];

    /// <summary>The errors heard, for whoever can tell where they came from.</summary>
    public IReadOnlyList<ErrorQueueRecord> Errors => _errors;

    /// <summary>Asks, and waits for the answer.</summary>
    /// <param name="socket">A bound socket.</param>
    /// <param name="stop">Ends the wait.</param>
    public async Task<DnsReport> RunAsync(Socket socket, CancellationToken stop)
    {
        DatagramSocket.ReceiveErrors(socket, server.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6);
        Compose();
        _clock.Start();
        var buffer = ArrayPool<byte>.Shared.Rent(LargestDatagram);
        try
        {
            for (var attempt = 1; attempt <= Attempts; attempt++)
            {
                if (!Send(socket))
                {
                    return Failed(DnsExchangeOutcome.LocalError);
                }

                var until = timeout * attempt / Attempts;
                if (await ListenAsync(socket, buffer, until, stop).ConfigureAwait(false) is { } report)
                {
                    return report;
                }
            }

            return await TakeLeftAsync(socket, buffer, stop).ConfigureAwait(false) ?? Failed(_rejections.Count > 0 ? DnsExchangeOutcome.Invalid : DnsExchangeOutcome.Silent);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Compose() => _query = DnsQueryWriter.Write(_id, asked.Name, asked.Type, bufferSize, _cookie, asked.Dnssec);

    private bool Send(Socket socket)
    {
        _sentAt = Stopwatch.GetTimestamp();
        _errno = DatagramSocket.SendTo(socket, _query, server);
        if (_errno is Errno.ECONNREFUSED or Errno.EHOSTUNREACH or Errno.EMSGSIZE)
        {
            // An error of an earlier query, which the error queue tells in full.
            Take(socket);
            _errno = _errors.Count > 0 ? 0 : DatagramSocket.SendTo(socket, _query, server);
        }

        _sent += _errno == 0 ? 1 : 0;
        return _errno is 0 or Errno.EAGAIN;
    }

    private async Task<DnsReport?> ListenAsync(Socket socket, byte[] buffer, TimeSpan until, CancellationToken stop)
    {
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var anyone = new IPEndPoint(server.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        var left = until - _clock.Elapsed;
        wait.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        while (_rejections.Count < DnsRejections.Most && _clock.Elapsed < until)
        {
            SocketReceiveFromResult got;
            try
            {
                got = await socket.ReceiveFromAsync(buffer, SocketFlags.None, anyone, wait.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                break;
            }
            catch (SocketException)
            {
                Take(socket);
                if (_errors.Count > 0)
                {
                    break;
                }

                continue;
            }

            if (Judge(buffer.AsSpan(0, got.ReceivedBytes).ToArray(), got.RemoteEndPoint, socket) is { } report)
            {
                return report;
            }
        }

        return _errors.Count > 0 ? Failed(DnsExchangeOutcome.IcmpError) : null;
    }

    // What reached the socket before the end of the wait is an answer in time, however late this program comes to it.
    private async Task<DnsReport?> TakeLeftAsync(Socket socket, byte[] buffer, CancellationToken stop)
    {
        _heardUntil = Now();
        return socket.Available == 0 ? null : await ListenAsync(socket, buffer, _clock.Elapsed + Patience, stop).ConfigureAwait(false);
    }

    private DnsReport? Judge(byte[] data, EndPoint from, Socket socket)
    {
        if (!server.Equals(from))
        {
            _rejections.Add(from, data.Length, DnsRejection.WrongSource, $"it came from {from}, and {server} was asked");
            return null;
        }

        if (DnsReplyCheck.Reject(data, _id, asked, _cookie.Length > 0, out var message) is { } rejected)
        {
            _rejections.Add(from, data.Length, rejected.Reason, rejected.Detail);
            return null;
        }

        if (message!.Code == DnsCodes.BadCookie && !_cookieRenewed && message.Edns?.Cookie is { Length: > DnsQuestionAsked.ClientCookieSize } renewed)
        {
            // The server wants its own cookie back, and says which.
            (_cookieRenewed, _cookie, _id) = (true, renewed, DnsQuestionAsked.NewId());
            Compose();
            return Send(socket) ? null : Failed(DnsExchangeOutcome.LocalError);
        }

        var exchange = DnsResult.Exchange(TransportProtocol.Udp, bufferSize, _cookie.Length > 0, message) with
        {
            AnsweredFrom = from.ToString(),
            QueriesSent = _sent,
            RttMilliseconds = DnsResult.Milliseconds(Stopwatch.GetElapsedTime(_sentAt)),
            Rejected = _rejections.First,
            RejectedCount = _rejections.Count,
        };
        return new DnsReport(exchange, message) { Id = _id };
    }

    private DnsReport Failed(DnsExchangeOutcome outcome) => new(
        new DnsExchange
        {
            Transport = TransportProtocol.Udp,
            BufferSize = bufferSize,
            Outcome = outcome,
            QueriesSent = _sent,
            Cookie = _cookie.Length > 0 ? DnsCookie.Unknown : DnsCookie.NotSent,
            SocketError = _errno == 0 ? null : Errno.Name(_errno),
            Rejected = _rejections.First,
            RejectedCount = _rejections.Count,
        },
        null) { Id = _id, HeardUntil = _heardUntil == 0 ? Now() : _heardUntil };

    private static long Now() => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;

    private void Take(Socket socket)
    {
        foreach (var record in DatagramSocket.TakeErrors(socket))
        {
            // A report about the size of a packet is no failure: the packet is sent again, in smaller pieces.
            if (record.Errno != Errno.EMSGSIZE)
            {
                _errors.Add(record);
            }
        }
    }
}
