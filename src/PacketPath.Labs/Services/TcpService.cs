using System.Net.Sockets;

namespace PacketPath.Labs;

/// <summary>Listens on TCP; accepts connections and reads them to their end, or never accepts at all.</summary>
internal sealed class TcpService : IDisposable
{
    private readonly Socket _listener;

    public TcpService(LabService service)
    {
        _listener = ServiceSocket.Bind(service, SocketType.Stream);
        _listener.Listen(service.Backlog);
        if (service.Kind == LabServiceKind.TcpAccept)
        {
            _ = AcceptAsync();
        }
    }

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = DrainAsync(await _listener.AcceptAsync().ConfigureAwait(false));
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

    private static async Task DrainAsync(Socket connection)
    {
        using (connection)
        {
            var buffer = new byte[4096];
            try
            {
                while (await connection.ReceiveAsync(buffer).ConfigureAwait(false) > 0)
                {
                }
            }
            catch (SocketException)
            {
                // The peer reset it.
            }
        }
    }
}
