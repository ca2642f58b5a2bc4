using System.Buffers.Binary;

namespace PacketPath.Tls;

/// <summary>
/// Reads one direction of a TLS connection as its bytes come, in pieces of any size: records, alerts and the hello messages, as far as they
/// are not encrypted. Strict, and bounded: what is kept does not grow with what is sent.
/// </summary>
internal sealed class TlsRecordReader
{
    /// <summary>The longest record TLS 1.2 allows; TLS 1.3 allows less.</summary>
    public const int MostRecord = 16384 + 2048;

    /// <summary>The most records kept.</summary>
    public const int MostRecords = 64;

    /// <summary>The most alerts kept.</summary>
    public const int MostAlerts = 16;

    private const int HeaderSize = 5;
    private const int MessageHeaderSize = 4;
    private const int MostHello = 131072;
    private const int MostPreview = 128;
    private const int MostMessages = 16;

    private readonly bool _fromPeer;
    private readonly Func<bool> _isTls13;
    private readonly byte[] _header = new byte[HeaderSize];
    private readonly byte[] _messageHeader = new byte[MessageHeaderSize];
    private readonly byte[] _alert = new byte[2];
    private readonly List<byte> _preview = [];
    private readonly List<TlsRecord> _records = [];
    private readonly List<TlsAlert> _alerts = [];
    private readonly List<string> _messages = [];
    private byte[]? _body;
    private int _bodyFilled;
    private int _headerFilled;
    private int _left;
    private int _type;
    private int _alertFilled;
    private int _messageFilled;
    private int _messageLeft;
    private bool _encrypted;
    private double _recordAt;

    /// <summary>Creates a reader.</summary>
    /// <param name="fromPeer">Which direction it reads.</param>
    /// <param name="isTls13">Whether TLS 1.3 was agreed on: change_cipher_spec means nothing there. Null: by the ServerHello read here.</param>
    public TlsRecordReader(bool fromPeer, Func<bool>? isTls13 = null)
    {
        _fromPeer = fromPeer;
        _isTls13 = isTls13 ?? (() => ServerHello?.Version == TlsHello.Tls13);
    }

    /// <summary>Bytes read.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whole records read.</summary>
    public long RecordCount { get; private set; }

    /// <summary>The first records.</summary>
    public IReadOnlyList<TlsRecord> Records => _records;

    /// <summary>The first alerts that are not encrypted.</summary>
    public IReadOnlyList<TlsAlert> Alerts => _alerts;

    /// <summary>Why this is no TLS, in words; null as long as it is. Nothing behind that point is read.</summary>
    public string? Fault { get; private set; }

    /// <summary>True where at least one record header was right.</summary>
    public bool HasRecord { get; private set; }

    /// <summary>The ServerHello; null while none was read whole.</summary>
    public TlsServerHello? ServerHello { get; private set; }

    /// <summary>When it was whole.</summary>
    public double ServerHelloAt { get; private set; }

    /// <summary>The ClientHello; null while none was read whole.</summary>
    public TlsClientHello? ClientHello { get; private set; }

    /// <summary>The bytes sent up to the end of the record that ends the ClientHello, headers included.</summary>
    public long ClientHelloBytes { get; private set; }

    /// <summary>True where a CertificateRequest was read: visible up to TLS 1.2.</summary>
    public bool CertificateRequested { get; private set; }

    /// <summary>The first bytes, whatever they are.</summary>
    public ReadOnlySpan<byte> Preview => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_preview);

    /// <summary>Reads what came next.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="at">When, in milliseconds.</param>
    public void Feed(ReadOnlySpan<byte> bytes, double at)
    {
        Bytes += bytes.Length;
        if (_preview.Count < MostPreview)
        {
            _preview.AddRange(bytes[..Math.Min(bytes.Length, MostPreview - _preview.Count)]);
        }

        while (bytes.Length > 0 && Fault is null)
        {
            if (_left == 0)
            {
                var take = Math.Min(HeaderSize - _headerFilled, bytes.Length);
                bytes[..take].CopyTo(_header.AsSpan(_headerFilled));
                _headerFilled += take;
                bytes = bytes[take..];
                CheckHeader();
                if (_headerFilled == HeaderSize && Fault is null)
                {
                    BeginRecord(at);
                }
            }
            else
            {
                var piece = bytes[..Math.Min(_left, bytes.Length)];
                _left -= piece.Length;
                bytes = bytes[piece.Length..];
                Content(piece, at);
                if (_left == 0)
                {
                    EndRecord(bytes.Length);
                }
            }
        }
    }

    // Every byte is judged as it comes: what is no TLS is known by its first byte.
    private void CheckHeader()
    {
        Fault = _headerFilled switch
        {
            >= 1 when _header[0] is < 20 or > 24 => FormattableString.Invariant($"a record cannot be of type {_header[0]}"),
            >= 2 when _header[1] != 3 => FormattableString.Invariant($"a record cannot be of version {_header[1]}"),
            >= 3 when _header[2] > 4 => FormattableString.Invariant($"a record cannot be of version 3.{_header[2]}"),
            HeaderSize when Length is var length && length > MostRecord => FormattableString.Invariant($"a record cannot have {length} bytes"),
            HeaderSize when Length == 0 && _header[0] != 23 => "a record of this type cannot be empty",
            _ => null,
        };
    }

    private int Length => BinaryPrimitives.ReadUInt16BigEndian(_header.AsSpan(3));

    private void BeginRecord(double at)
    {
        HasRecord = true;
        _type = _header[0];
        _left = Length;
        _headerFilled = 0;
        _alertFilled = 0;
        _recordAt = at;
        _messages.Clear();
        if (_left == 0)
        {
            EndRecord(0);
        }
    }

    private void EndRecord(int unread)
    {
        RecordCount++;
        if (_records.Count < MostRecords)
        {
            _records.Add(new TlsRecord
            {
                IsFromPeer = _fromPeer, ContentType = TypeName(_type), Length = Length, Messages = string.Join(", ", _messages), OffsetMilliseconds = _recordAt,
            });
        }

        if (ClientHello is not null && ClientHelloBytes == 0)
        {
            ClientHelloBytes = Bytes - unread;
        }

        if (_type == 20 && !_isTls13())
        {
            _encrypted = true;
        }
    }

    private void Content(ReadOnlySpan<byte> piece, double at)
    {
        if (_encrypted)
        {
            return;
        }

        if (_type == 21)
        {
            ReadAlert(piece, at);
        }
        else if (_type == 22)
        {
            ReadMessages(piece, at);
        }
    }

    private void ReadAlert(ReadOnlySpan<byte> piece, double at)
    {
        // An alert that is not encrypted has two bytes and nothing else.
        if (Length != 2)
        {
            return;
        }

        foreach (var one in piece)
        {
            _alert[_alertFilled++] = one;
        }

        if (_alertFilled < 2)
        {
            return;
        }

        if (_alert[0] is not (1 or 2))
        {
            Fault = FormattableString.Invariant($"an alert cannot have level {_alert[0]}");
        }
        else if (_alerts.Count < MostAlerts)
        {
            _alerts.Add(new TlsAlert
            {
                IsFromPeer = _fromPeer, Code = _alert[1], Name = TlsAlertNames.Of(_alert[1]), IsFatal = _alert[0] == 2, OffsetMilliseconds = at,
            });
        }
    }

    private void ReadMessages(ReadOnlySpan<byte> piece, double at)
    {
        while (piece.Length > 0 && Fault is null)
        {
            if (_messageFilled < MessageHeaderSize)
            {
                var take = Math.Min(MessageHeaderSize - _messageFilled, piece.Length);
                piece[..take].CopyTo(_messageHeader.AsSpan(_messageFilled));
                _messageFilled += take;
                piece = piece[take..];
                if (_messageFilled == MessageHeaderSize)
                {
                    BeginMessage();
                    piece = _messageLeft == 0 ? End(piece, at) : piece;
                }

                continue;
            }

            var body = piece[..Math.Min(_messageLeft, piece.Length)];
            if (_body is not null)
            {
                body.CopyTo(_body.AsSpan(_bodyFilled));
                _bodyFilled += body.Length;
            }

            _messageLeft -= body.Length;
            piece = piece[body.Length..];
            if (_messageLeft == 0)
            {
                EndMessage(at);
            }
        }
    }

    private ReadOnlySpan<byte> End(ReadOnlySpan<byte> rest, double at)
    {
        EndMessage(at);
        return rest;
    }

    private void BeginMessage()
    {
        int type = _messageHeader[0];
        _messageLeft = (_messageHeader[1] << 16) | BinaryPrimitives.ReadUInt16BigEndian(_messageHeader.AsSpan(2));
        if (_messages.Count < MostMessages)
        {
            _messages.Add(MessageName(type));
        }

        CertificateRequested |= type == 13;
        var isHello = type is 1 or 2;
        if (isHello && _messageLeft > MostHello)
        {
            Fault = FormattableString.Invariant($"a hello message cannot have {_messageLeft} bytes");
            return;
        }

        _body = isHello ? new byte[_messageLeft] : null;
        _bodyFilled = 0;
    }

    private void EndMessage(double at)
    {
        var (type, body) = (_messageHeader[0], _body);
        _messageFilled = 0;
        _body = null;
        if (body is null)
        {
            return;
        }

        if (type == 1)
        {
            ClientHello ??= TlsHello.ReadClient(body);
            Fault = ClientHello is null ? "the ClientHello is malformed" : null;
        }
        else if (TlsHello.ReadServer(body) is { } hello)
        {
            // A HelloRetryRequest is an answer, too, but the choice is made in what follows it.
            ServerHello = hello;
            ServerHelloAt = at;
            if (hello.IsRetryRequest && _messages.Count > 0)
            {
                _messages[^1] = "hello_retry_request";
            }
        }
        else
        {
            Fault = "the ServerHello is malformed";
        }
    }

    private static string TypeName(int type) => type switch
    {
        20 => "change_cipher_spec",
        21 => "alert",
        22 => "handshake",
        23 => "application_data",
        _ => "heartbeat",
    };

    private static string MessageName(int type) => type switch
    {
        0 => "hello_request",
        1 => "client_hello",
        2 => "server_hello",
        4 => "new_session_ticket",
        8 => "encrypted_extensions",
        11 => "certificate",
        12 => "server_key_exchange",
        13 => "certificate_request",
        14 => "server_hello_done",
        15 => "certificate_verify",
        16 => "client_key_exchange",
        20 => "finished",
        22 => "certificate_status",
        24 => "key_update",
        _ => FormattableString.Invariant($"message {type}"),
    };
}
