using System.Net;
using System.Net.Sockets;
using System.Text;
using PacketPath.HostState;

namespace PacketPath.Labs;

/// <summary>An HTTP proxy as small as one can be: CONNECT to an address, and whatever refusal the scenario wants.</summary>
internal sealed class ProxyService : IDisposable
{
    private const int MostRequest = 16384;

    private readonly LabService _service;
    private readonly Socket _listener;
    private readonly NetworkNamespace _inside;

    /// <summary>Listens; called on a thread inside the node's namespace.</summary>
    public ProxyService(LabService service, string netNamespace)
    {
        _service = service;
        _listener = ServiceSocket.Bind(service, SocketType.Stream);
        try
        {
            _inside = NetworkNamespace.Open(netNamespace);
            _listener.Listen(service.Backlog);
        }
        catch
        {
            _listener.Dispose();
            throw;
        }

        _ = AcceptAsync();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Dispose();
        _inside.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptAsync().ConfigureAwait(false));
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // The lab ends.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using (client)
        {
            try
            {
                await AnswerAsync(client).ConfigureAwait(false);
                client.Shutdown(SocketShutdown.Send);
                await CopyAsync(client, null).ConfigureAwait(false);
            }
            catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
            {
                // The client has gone, or the lab ends.
            }
        }
    }

    private async Task AnswerAsync(Socket client)
    {
        if (_service.Answer == LabProxyAnswer.NotHttp)
        {
            await SayAsync(client, "220 mail.example ESMTP\r\n").ConfigureAwait(false);
            return;
        }

        var request = await ReadAsync(client).ConfigureAwait(false);
        if (_service.Answer == LabProxyAnswer.Silence)
        {
            await CopyAsync(client, null).ConfigureAwait(false);
        }
        else if (!IsWelcome(request))
        {
            await SayAsync(client, "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"lab\"\r\nContent-Length: 0\r\n\r\n").ConfigureAwait(false);
        }
        else if (_service.Answer == LabProxyAnswer.Status)
        {
            var scheme = _service.Status == 407 ? "Proxy-Authenticate: Negotiate\r\n" : "";
            await SayAsync(client, $"HTTP/1.1 {_service.Status} {Reason(_service.Status)}\r\n{scheme}Content-Length: 0\r\n\r\n").ConfigureAwait(false);
        }
        else
        {
            await TunnelAsync(client, request).ConfigureAwait(false);
        }
    }

    private async Task TunnelAsync(Socket client, string request)
    {
        var words = request.Split(' ', 3);
        if (words is not ["CONNECT", var authority, _] || !IPEndPoint.TryParse(authority, out var end) || end.Port == 0)
        {
            await SayAsync(client, "HTTP/1.1 502 Name not known\r\nContent-Length: 0\r\n\r\n").ConfigureAwait(false);
            return;
        }

        using var far = await _inside.RunAsync(() => new Socket(end.AddressFamily, SocketType.Stream, ProtocolType.Tcp)).ConfigureAwait(false);
        try
        {
            await far.ConnectAsync(end).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            await SayAsync(client, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n").ConfigureAwait(false);
            return;
        }

        await SayAsync(client, "HTTP/1.1 200 Connection established\r\n\r\n").ConfigureAwait(false);
        var there = CopyAsync(client, far);
        await Task.WhenAny(there, CopyAsync(far, client)).ConfigureAwait(false);
    }

    private bool IsWelcome(string request) => _service.Credential is not { } wanted || request.Split("\r\n")
        .Contains("Proxy-Authorization: Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(wanted)), StringComparer.Ordinal);

    private static string Reason(int status) => status switch
    {
        403 => "Forbidden",
        407 => "Proxy Authentication Required",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Status",
    };

    private static async Task<string> ReadAsync(Socket client)
    {
        var buffer = new byte[MostRequest];
        var length = 0;
        while (length < buffer.Length && !buffer.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
        {
            var got = await client.ReceiveAsync(buffer.AsMemory(length)).ConfigureAwait(false);
            if (got == 0)
            {
                break;
            }

            length += got;
        }

        return Encoding.Latin1.GetString(buffer, 0, length);
    }

    private static async Task SayAsync(Socket client, string text) => await client.SendAsync(Encoding.ASCII.GetBytes(text)).ConfigureAwait(false);

    private static async Task CopyAsync(Socket from, Socket? to)
    {
        var buffer = new byte[16384];
        try
        {
            while (await from.ReceiveAsync(buffer).ConfigureAwait(false) is > 0 and var got)
            {
                for (var sent = 0; to is not null && sent < got;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, got - sent)).ConfigureAwait(false);
                }
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // One side has gone: the tunnel ends.
        }
    }
}
