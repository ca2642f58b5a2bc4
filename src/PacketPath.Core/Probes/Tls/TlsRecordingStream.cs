using System.Net.Sockets;
using PacketPath.Tls;

namespace PacketPath.Probes;

/// <summary>Passes bytes between SslStream and a connection, and lets a reader of each direction see them. Notes how the connection ended.</summary>
internal sealed class TlsRecordingStream : Stream
{
    // No handshake is so long; whoever sends more has no end in mind.
    private const long MostReceived = 1 << 20;

    private readonly Stream _inner;
    private readonly Func<double> _clock;

    /// <summary>Wraps a connection; closing this leaves it open.</summary>
    /// <param name="inner">The connection.</param>
    /// <param name="clock">Milliseconds that have passed.</param>
    public TlsRecordingStream(Stream inner, Func<double> clock)
    {
        _inner = inner;
        _clock = clock;
        Sent = new TlsRecordReader(fromPeer: false, () => Received?.ServerHello?.Version == TlsHello.Tls13);
        Received = new TlsRecordReader(fromPeer: true);
    }

    /// <summary>What this host sent.</summary>
    public TlsRecordReader Sent { get; }

    /// <summary>What the peer sent.</summary>
    public TlsRecordReader Received { get; }

    /// <summary>When the first byte left; null while none has.</summary>
    public double? FirstSentAt { get; private set; }

    /// <summary>When the first byte came; null while none has.</summary>
    public double? FirstReceivedAt { get; private set; }

    /// <summary>True where the peer closed its side.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>The connection's own error; null where there was none.</summary>
    public SocketError? Error { get; private set; }

    /// <summary>True where the peer sent more than any handshake needs.</summary>
    public bool IsFlooded { get; private set; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Received.Bytes > MostReceived)
        {
            IsFlooded = true;
            throw new IOException("The peer sends without end.");
        }

        var count = await Noted(_inner.ReadAsync(buffer, cancellationToken)).ConfigureAwait(false);
        if (count > 0)
        {
            var now = _clock();
            FirstReceivedAt ??= now;
            Received.Feed(buffer.Span[..count], now);
        }
        else if (buffer.Length > 0)
        {
            IsClosed = true;
        }

        return count;
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var now = _clock();
        await Noted(Write(buffer, cancellationToken)).ConfigureAwait(false);
        FirstSentAt ??= now;
        Sent.Feed(buffer.Span, now);
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously.");

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Write asynchronously.");

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => _inner.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    private async ValueTask<int> Write(ReadOnlyMemory<byte> buffer, CancellationToken stop)
    {
        await _inner.WriteAsync(buffer, stop).ConfigureAwait(false);
        return buffer.Length;
    }

    private async ValueTask<int> Noted(ValueTask<int> work)
    {
        try
        {
            return await work.ConfigureAwait(false);
        }
        catch (Exception e) when ((e as SocketException ?? e.InnerException as SocketException) is { } failure && failure.SocketErrorCode != SocketError.OperationAborted)
        {
            Error ??= failure.SocketErrorCode;
            throw;
        }
    }
}
