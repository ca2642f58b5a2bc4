using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using PacketPath.Probes;

namespace PacketPath.Core.Tests.Tls;

/// <summary>A peer on loopback that does with one connection what a test says.</summary>
internal static class TlsPeer
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public static async Task<TlsHandshake> MeetAsync(Func<Socket, CancellationToken, Task> peer, TlsHandshakeOptions options, CancellationToken stop = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Limit);
        using var listener = new Socket(AddressFamily4, SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        using var client = new Socket(AddressFamily4, SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp) { NoDelay = true };
        var accepting = listener.AcceptAsync(limit.Token).AsTask();
        await client.ConnectAsync(listener.LocalEndPoint!, limit.Token);
        using var accepted = await accepting;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
        var serving = Task.Run(() => peer(accepted, over.Token), CancellationToken.None);
        try
        {
            using var stream = new NetworkStream(client, ownsSocket: false);
            return await TlsHandshaker.RunAsync(stream, options, limit.Token);
        }
        finally
        {
            await over.CancelAsync();
            client.Close();
            try
            {
                await serving.WaitAsync(Limit, CancellationToken.None);
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
            {
                // The client went away, as it may.
            }
        }
    }

    public static Func<Socket, CancellationToken, Task> Serves(SslServerAuthenticationOptions options) => async (socket, stop) =>
    {
        using var tls = new SslStream(new NetworkStream(socket));
        await tls.AuthenticateAsServerAsync(options, stop);
        _ = await tls.ReadAsync(new byte[1], stop);
    };

    /// <summary>Waits for the ClientHello, then writes, in pieces, and stays.</summary>
    public static Func<Socket, CancellationToken, Task> Says(params byte[][] pieces) => async (socket, stop) =>
    {
        _ = await socket.ReceiveAsync(new byte[16384], stop);
        foreach (var piece in pieces)
        {
            await socket.SendAsync(piece, stop);
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, stop);
    };

    private const System.Net.Sockets.AddressFamily AddressFamily4 = System.Net.Sockets.AddressFamily.InterNetwork;
}
