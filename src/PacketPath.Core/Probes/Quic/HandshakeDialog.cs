using PacketPath.Quic;

namespace PacketPath.Probes;

/// <summary>Begins a handshake of version 1 and reads how the server takes it. Its keys are those of Initial packets, which both sides know.</summary>
internal sealed class HandshakeDialog : DatagramDialog
{
    private const int MostPackets = 8;

    private readonly byte[] _ownId = QuicPackets.NewId();
    private readonly byte[] _hello;
    private readonly byte[] _firstId = QuicPackets.NewId();
    private byte[] _serverId;
    private byte[] _token = [];
    private QuicKeys _sending;
    private QuicKeys _receiving;
    private uint _number;

    /// <summary>Makes the ClientHello.</summary>
    public HandshakeDialog(string? serverName, IReadOnlyList<string> protocols)
    {
        _hello = QuicPackets.Crypto(QuicClientHello.Build(serverName, protocols, _ownId));
        _serverId = _firstId;
        (_sending, _receiving) = (QuicKeys.OfClient(_firstId), QuicKeys.OfServer(_firstId));
    }

    /// <summary>What came of it so far.</summary>
    public QuicHandshakeOutcome Outcome { get; private set; }

    /// <summary>True where a Retry came.</summary>
    public bool WasRetried { get; private set; }

    /// <summary>The server's first TLS message; null until it came.</summary>
    public QuicServerHello? Hello { get; private set; }

    /// <summary>The server's close; null where none came.</summary>
    public QuicClose? Close { get; private set; }

    /// <inheritdoc/>
    public override byte[] Next()
    {
        IsDue = false;
        return QuicPackets.Initial(_sending, _serverId, _ownId, _token, _number++, _hello);
    }

    /// <inheritdoc/>
    public override bool Take(ReadOnlySpan<byte> datagram)
    {
        var known = false;
        for (var i = 0; i < MostPackets && !IsOver && QuicPacket.TryRead(datagram, out var packet); i++)
        {
            known |= packet.DestinationId.SequenceEqual(_ownId) && Take(in packet);
            datagram = datagram[packet.Bytes.Length..];
        }

        return known;
    }

    /// <inheritdoc/>
    public override byte[]? Farewell() =>
        Outcome is QuicHandshakeOutcome.ServerHello or QuicHandshakeOutcome.HelloRetryRequest or QuicHandshakeOutcome.Acknowledged
            ? QuicPackets.Initial(_sending, _serverId, _ownId, _token, _number++, QuicPackets.Close(0))
            : null;

    private bool Take(in QuicPacket packet) => packet.Kind switch
    {
        QuicPacketKind.VersionNegotiation => Negotiate(in packet),
        QuicPacketKind.Retry => Retry(in packet),
        QuicPacketKind.Initial => Initial(in packet),

        // Under keys that are not made here; it comes behind an Initial.
        QuicPacketKind.Handshake => Outcome != QuicHandshakeOutcome.Silent,
        _ => false,
    };

    private bool Negotiate(in QuicPacket packet)
    {
        // One that offers version 1 all the same answers nothing that was asked (RFC 9000, section 6.2).
        if (Outcome != QuicHandshakeOutcome.Silent || !packet.SourceId.SequenceEqual(_serverId) || packet.Versions().Contains(QuicVersions.One))
        {
            return false;
        }

        Outcome = QuicHandshakeOutcome.VersionNegotiation;
        return IsOver = true;
    }

    private bool Retry(in QuicPacket packet)
    {
        if (WasRetried || Outcome != QuicHandshakeOutcome.Silent || packet.Token.Length == 0 || !QuicPackets.IsGenuine(in packet, _firstId))
        {
            return false;
        }

        Outcome = QuicHandshakeOutcome.Retry;
        _token = packet.Token.ToArray();
        _serverId = packet.SourceId.ToArray();
        (_sending, _receiving) = (QuicKeys.OfClient(_serverId), QuicKeys.OfServer(_serverId));
        return WasRetried = IsDue = true;
    }

    private bool Initial(in QuicPacket packet)
    {
        if (!PacketProtection.TryUnprotect(_receiving, in packet, out var payload) || InitialFrames.Read(payload) is not { } frames)
        {
            return false;
        }

        _serverId = packet.SourceId.ToArray();
        Hello ??= QuicServerHello.Read(frames.Crypto0);
        Close ??= frames.Close;
        Outcome = Close is not null ? QuicHandshakeOutcome.Closed
            : Hello is { IsRetry: true } ? QuicHandshakeOutcome.HelloRetryRequest
            : Hello is not null ? QuicHandshakeOutcome.ServerHello
            : QuicHandshakeOutcome.Acknowledged;
        IsOver = Close is not null || Hello is not null;
        return true;
    }
}
