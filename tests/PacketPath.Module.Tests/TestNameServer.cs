using System.Net;
using System.Net.Sockets;

namespace PacketPath.Module.Tests;

/// <summary>A name server on the loopback interface, over UDP only, that says 192.0.2.80 to everything, or nothing to anybody.</summary>
internal sealed class TestNameServer : IDisposable
{
    private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));
    private int _queries;

    public TestNameServer(bool answers) => _ = ServeAsync(answers);

    public int Port => ((IPEndPoint)_socket.Client.LocalEndPoint!).Port;

    /// <summary>How many queries came since it was asked last.</summary>
    public int TakeQueries() => Interlocked.Exchange(ref _queries, 0);

    public void Dispose() => _socket.Dispose();

    private async Task ServeAsync(bool answers)
    {
        try
        {
            while (true)
            {
                var query = await _socket.ReceiveAsync();
                Interlocked.Increment(ref _queries);
                if (answers)
                {
                    await _socket.SendAsync(Answer(query.Buffer), query.RemoteEndPoint);
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    private static byte[] Answer(byte[] query)
    {
        var end = 12;
        while (query[end] != 0)
        {
            end += query[end] + 1;
        }

        return [.. query[..2], 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, .. query[12..(end + 5)], 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 80];
    }
}
