using System.Net;
using System.Net.Sockets;
using PacketPath.HostState;
using PacketPath.Probes;
using PacketPath.Quic;

namespace PacketPath.Core.Tests.Probes;

/// <summary>Peers that mean harm, on loopback: the probe ends in time, keeps little, and shows clean text.</summary>
[Collection(AloneCollection.Name)]
public class QuicHostilePeerTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(0.4);

    [Fact]
    public void A_flood_of_garbage_ends_in_time_and_is_no_answer()
    {
        var random = new Random(1);
        byte[][] garbage = [.. Enumerable.Range(1, 64).Select(i => Bytes(random, i * 20))];
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var result = Probe((_, send) => { Array.ForEach(garbage, send); Array.ForEach(garbage, send); });
        Assert.Equal((false, QuicUdpOutcome.NotQuic), (result.QuicAnswered, result.UdpOutcome));
        Assert.Equal(result.DatagramsReceived, result.DatagramsForeign);
        Assert.InRange(result.ElapsedMilliseconds, 100, 5000);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 16L << 20);
    }

    [Fact]
    public void An_answer_is_found_in_a_flood()
    {
        var random = new Random(2);
        var result = Probe((datagram, send) =>
        {
            for (var i = 0; i < 40; i++)
            {
                send(Bytes(random, 900));
            }

            if (QuicPacket.TryRead(datagram, out var asked))
            {
                send(QuicPackets.Negotiate(in asked, 1));
            }
        });
        Assert.Equal((true, "1"), (result.QuicAnswered, Assert.Single(result.Versions)));
        Assert.Equal(40, result.DatagramsForeign);
    }

    [Fact]
    public void Another_s_connection_ids_and_lists_cut_short_are_no_answer()
    {
        var result = Probe((datagram, send) =>
        {
            if (!QuicPacket.TryRead(datagram, out var asked) || asked.Kind != QuicPacketKind.OtherVersion)
            {
                return;
            }

            var answer = QuicPackets.Negotiate(in asked, 1, 2);
            send(answer[..^1]);
            send(answer[..^9]);
            send([.. answer[..6], 0, .. answer[7..]]);
            send([.. answer[..15], (byte)~answer[15], .. answer[16..]]);
            send([]);
        });
        Assert.False(result.QuicAnswered);
        Assert.Empty(result.Versions);
        Assert.Equal(QuicUdpOutcome.NotQuic, result.UdpOutcome);
    }

    [Fact]
    public void A_list_of_a_thousand_versions_is_cut()
    {
        var result = Probe((datagram, send) =>
        {
            if (QuicPacket.TryRead(datagram, out var asked))
            {
                send(QuicPackets.Negotiate(in asked, [.. Enumerable.Range(0x1000, 350).Select(v => (uint)v)]));
            }
        });
        Assert.Equal(QuicPacket.MostVersions, result.Versions.Length);
    }

    [Fact]
    public void A_reason_with_escape_sequences_is_shown_clean_and_short()
    {
        var result = Probe(
            (datagram, send) =>
            {
                if (QuicPacket.TryRead(datagram, out var initial) && initial.Kind == QuicPacketKind.Initial)
                {
                    send(QuicPackets.Initial(
                        QuicKeys.OfServer(initial.DestinationId), initial.SourceId, QuicPackets.NewId(), [], 0, QuicPackets.Close(0x128, "\u001b[31mred\u0007\u202e" + new string('x', 900))));
                }
            },
            "lab.example");
        Assert.Equal((QuicHandshakeOutcome.Closed, "handshake_failure"), (result.Handshake!.Outcome, result.Handshake.Alert));
        Assert.DoesNotContain('\u001b', result.Handshake.Reason!);
        Assert.DoesNotContain('\u202e', result.Handshake.Reason!);
        Assert.InRange(result.Handshake.Reason!.Length, 1, 256);
    }

    [Fact]
    public void A_server_that_asks_for_proof_for_ever_is_asked_once()
    {
        var retries = 0;
        var result = Probe(
            (datagram, send) =>
            {
                if (QuicPacket.TryRead(datagram, out var initial) && initial.Kind == QuicPacketKind.Initial)
                {
                    retries++;
                    send(QuicPackets.Retry(in initial, QuicPackets.NewId(), "again"u8));
                }
            },
            "lab.example");
        Assert.Equal((QuicHandshakeOutcome.Retry, true), (result.Handshake!.Outcome, result.Handshake.WasRetried));
        Assert.InRange(retries, 2, 6);
    }

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private delegate void Answer(byte[] datagram, Action<byte[]> send);

    private static QuicPathResult Probe(Answer answer, string? serverName = null)
    {
        using var socket = new Socket(System.Net.Sockets.AddressFamily.InterNetwork, SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var serving = new Thread(() => Serve(socket, answer)) { IsBackground = true };
        serving.Start();
        using var ns = NetworkNamespace.Open(null);
        var port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var options = new QuicProbeOptions { Namespace = ns, Timeout = Timeout, Capture = false, ServerName = serverName };
        var result = Assert.Single(QuicProbe.Run(options, [new QuicTarget("127.0.0.1", IPAddress.Loopback, port)], limit.Token));
        socket.Dispose();
        Assert.True(serving.Join(TimeSpan.FromSeconds(10)));
        return result;
    }

    private static void Serve(Socket socket, Answer answer)
    {
        var buffer = new byte[4096];
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        while (true)
        {
            try
            {
                var length = socket.ReceiveFrom(buffer, ref from);
                answer(buffer[..length], b => socket.SendTo(b, from));
            }
            catch (SocketException closed) when (closed.SocketErrorCode is not (SocketError.OperationAborted or SocketError.Interrupted))
            {
                // An ICMP error about an answer that came too late.
            }
            catch (Exception closed) when (closed is ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }
}
