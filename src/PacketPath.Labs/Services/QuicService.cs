using System.Net;
using System.Net.Sockets;
using PacketPath.Quic;

namespace PacketPath.Labs;

/// <summary>Answers the first packets of QUIC and keeps no connection: the versions it speaks, and the beginning of a handshake.</summary>
internal sealed class QuicService : IDisposable
{
    private const int LargestDatagram = 4096;
    private const int Suite = 0x1301;
    private const ulong UnrecognizedName = 0x100 + 112;

    private readonly Socket _socket;
    private readonly LabService _service;
    private volatile bool _closed;

    public QuicService(LabService service)
    {
        _service = service;
        _socket = ServiceSocket.Bind(service, SocketType.Dgram);
        _ = ServeAsync();
    }

    public void Dispose()
    {
        _closed = true;
        _socket.Dispose();
    }

    private async Task ServeAsync()
    {
        var buffer = new byte[LargestDatagram];
        var anyone = new IPEndPoint(_socket.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (!_closed)
        {
            try
            {
                var got = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, anyone).ConfigureAwait(false);
                if (Answer(buffer.AsSpan(0, got.ReceivedBytes)) is { } answer)
                {
                    await _socket.SendToAsync(answer, SocketFlags.None, got.RemoteEndPoint).ConfigureAwait(false);
                }
            }
            catch (SocketException)
            {
                // An ICMP error about an earlier answer, and the next datagram is served all the same; or the lab ends.
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }

    private byte[]? Answer(ReadOnlySpan<byte> datagram) =>
        datagram.Length < QuicPacket.SmallestInitial || !QuicPacket.TryRead(datagram, out var packet) ? null
        : packet.Kind switch
        {
            QuicPacketKind.OtherVersion => QuicPackets.Negotiate(in packet, QuicVersions.One),
            QuicPacketKind.Initial => Answer(in packet),
            _ => null,
        };

    private byte[]? Answer(in QuicPacket initial)
    {
        if (!PacketProtection.TryUnprotect(QuicKeys.OfClient(initial.DestinationId), in initial, out var payload)
            || InitialFrames.Read(payload) is not { Close: null, Crypto0.Length: > 0 } frames)
        {
            return null;
        }

        var name = QuicClientHello.ServerName(frames.Crypto0) ?? "";
        if (_service.SilentNames.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            return null;
        }

        if (_service.Retry && initial.Token.Length == 0)
        {
            return QuicPackets.Retry(in initial, QuicPackets.NewId(), "lab"u8);
        }

        var refused = _service.RefusedNames.Contains(name, StringComparer.OrdinalIgnoreCase);
        return QuicPackets.Initial(
            QuicKeys.OfServer(initial.DestinationId),
            initial.SourceId,
            QuicPackets.NewId(),
            [],
            0,
            [.. QuicPackets.Acknowledge(), .. refused ? QuicPackets.Close(UnrecognizedName, "no such name here") : QuicPackets.Crypto(QuicServerHello.Build(Suite))]);
    }
}
