using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace PacketPath.Probes;

/// <summary>One question over TCP: a length, then the message, both ways (RFC 7766). All of it must be there within one timeout.</summary>
internal sealed class DnsStreamExchange(DnsQuestionAsked asked, int bufferSize, IPEndPoint server, TimeSpan timeout)
{
    private const int LengthSize = 2;

    private readonly ushort _id = DnsQuestionAsked.NewId();
    private readonly bool _cookieSent = bufferSize > 0 && asked.ClientCookie.Length > 0;
    private int _wanted = LengthSize;
    private int _got;

    /// <summary>Asks, and waits for the answer.</summary>
    public async Task<DnsReport> RunAsync(Socket socket, CancellationToken stop)
    {
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(stop);
        wait.CancelAfter(timeout);
        try
        {
            socket.NoDelay = true;
            await socket.ConnectAsync(server, wait.Token).ConfigureAwait(false);
            var started = Stopwatch.GetTimestamp();
            await SendAsync(socket, wait.Token).ConfigureAwait(false);
            var length = await ReadAsync(socket, LengthSize, wait.Token).ConfigureAwait(false);
            if (length is null)
            {
                return Failed(DnsExchangeOutcome.Closed);
            }

            var size = BinaryPrimitives.ReadUInt16BigEndian(length);
            (_wanted, _got) = (size, 0);
            var data = await ReadAsync(socket, size, wait.Token).ConfigureAwait(false);
            return data is null ? Failed(DnsExchangeOutcome.Closed) : Judge(data, Stopwatch.GetElapsedTime(started));
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return Failed(DnsExchangeOutcome.Silent);
        }
        catch (SocketException failure)
        {
            return Failed(failure.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown ? DnsExchangeOutcome.Reset : DnsExchangeOutcome.NotConnected);
        }
    }

    private async Task SendAsync(Socket socket, CancellationToken stop)
    {
        var query = DnsQueryWriter.Write(_id, asked.Name, asked.Type, bufferSize, bufferSize > 0 ? asked.ClientCookie : [], asked.Dnssec);
        var framed = new byte[LengthSize + query.Length];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)query.Length);
        query.CopyTo(framed, LengthSize);
        for (var sent = 0; sent < framed.Length;)
        {
            sent += await socket.SendAsync(framed.AsMemory(sent), SocketFlags.None, stop).ConfigureAwait(false);
        }
    }

    // Grows with what comes: a length alone costs nothing.
    private async Task<byte[]?> ReadAsync(Socket socket, int count, CancellationToken stop)
    {
        var data = new byte[Math.Min(count, 4096)];
        while (_got < count)
        {
            if (_got == data.Length)
            {
                Array.Resize(ref data, Math.Min(count, data.Length * 2));
            }

            var read = await socket.ReceiveAsync(data.AsMemory(_got), SocketFlags.None, stop).ConfigureAwait(false);
            if (read == 0)
            {
                return null;
            }

            _got += read;
        }

        return data;
    }

    private DnsReport Judge(byte[] data, TimeSpan elapsed)
    {
        if (DnsReplyCheck.Reject(data, _id, asked, _cookieSent, out var message) is { } rejected)
        {
            return new DnsReport(
                new DnsExchange
                {
                    Transport = TransportProtocol.Tcp,
                    BufferSize = bufferSize,
                    Outcome = DnsExchangeOutcome.Invalid,
                    QueriesSent = 1,
                    Cookie = _cookieSent ? DnsCookie.Unknown : DnsCookie.NotSent,
                    Rejected = [new DnsRejectedReply { From = server.ToString(), Size = data.Length, Reason = rejected.Reason, Detail = rejected.Detail }],
                    RejectedCount = 1,
                },
                null);
        }

        var exchange = DnsResult.Exchange(TransportProtocol.Tcp, bufferSize, _cookieSent, message!) with
        {
            AnsweredFrom = server.ToString(),
            QueriesSent = 1,
            RttMilliseconds = DnsResult.Milliseconds(elapsed),
            Remark = message!.IsTruncated ? "the answer is marked as truncated, though TCP sets no limit" : null,
        };
        return new DnsReport(exchange, message);
    }

    private DnsReport Failed(DnsExchangeOutcome outcome) => new(
        new DnsExchange
        {
            Transport = TransportProtocol.Tcp,
            BufferSize = bufferSize,
            Outcome = outcome,
            QueriesSent = outcome == DnsExchangeOutcome.NotConnected ? 0 : 1,
            Cookie = _cookieSent ? DnsCookie.Unknown : DnsCookie.NotSent,
            Remark = _got == 0 && _wanted == LengthSize ? null
                : FormattableString.Invariant($"{_got} of the {_wanted} bytes {(_wanted == LengthSize ? "of the length" : "announced")} came"),
        },
        null);
}
