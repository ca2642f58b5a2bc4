using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace PacketPath.Labs;

/// <summary>A small name server, over UDP and TCP.</summary>
internal sealed class DnsService : IDisposable
{
    private readonly DnsAnswers _answers;
    private readonly Socket _datagrams;
    private readonly Socket? _listener;
    private volatile bool _closed;

    /// <summary>Starts it; called on a thread inside the node's namespace.</summary>
    public DnsService(LabService service)
    {
        var dns = service.Dns ?? new LabDns();
        _answers = new DnsAnswers(dns);
        _datagrams = ServiceSocket.Bind(service, SocketType.Dgram);
        try
        {
            if (dns.Tcp)
            {
                _listener = ServiceSocket.Bind(service, SocketType.Stream);
                _listener.Listen(service.Backlog);
                _ = AcceptAsync(_listener);
            }
        }
        catch
        {
            Dispose();
            throw;
        }

        _ = ServeAsync();
    }

    public void Dispose()
    {
        _closed = true;
        _datagrams.Dispose();
        _listener?.Dispose();
    }

    private async Task ServeAsync()
    {
        var buffer = new byte[65535];
        var anyone = new IPEndPoint(_datagrams.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (!_closed)
        {
            try
            {
                var got = await _datagrams.ReceiveFromAsync(buffer, SocketFlags.None, anyone).ConfigureAwait(false);
                if (_answers.Answer(buffer[..got.ReceivedBytes], false) is { } answer)
                {
                    await _datagrams.SendToAsync(answer, SocketFlags.None, got.RemoteEndPoint).ConfigureAwait(false);
                }
            }
            catch (SocketException)
            {
                // An ICMP error about an earlier answer, and the next query is served all the same; or the lab ends.
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                _ = TalkAsync(await listener.AcceptAsync().ConfigureAwait(false));
            }
        }
        catch (SocketException)
        {
            // The listener was closed: the lab ends.
        }
        catch (ObjectDisposedException)
        {
            // The same, seen between two accepts.
        }
    }

    private async Task TalkAsync(Socket connection)
    {
        using (connection)
        {
            try
            {
                while (await ReadAsync(connection, 2).ConfigureAwait(false) is { } length
                    && await ReadAsync(connection, BinaryPrimitives.ReadUInt16BigEndian(length)).ConfigureAwait(false) is { } query
                    && _answers.Answer(query, true) is { } answer)
                {
                    var framed = new byte[answer.Length + 2];
                    BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)answer.Length);
                    answer.CopyTo(framed, 2);
                    await connection.SendAsync(framed).ConfigureAwait(false);
                }
            }
            catch (SocketException)
            {
                // The peer reset it.
            }
        }
    }

    private static async Task<byte[]?> ReadAsync(Socket connection, int count)
    {
        var data = new byte[count];
        for (var got = 0; got < count;)
        {
            var read = await connection.ReceiveAsync(data.AsMemory(got)).ConfigureAwait(false);
            if (read == 0)
            {
                return null;
            }

            got += read;
        }

        return data;
    }
}
