using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace PacketPath.Core.Tests.Probes;

/// <summary>A name server on the loopback interface that says what a test wants, over UDP, and does what a test wants with a TCP connection.</summary>
internal sealed class ScriptedNameServer : IDisposable
{
    private readonly Socket _datagrams;
    private readonly Socket _other;
    private readonly Socket? _listener;
    private readonly Func<byte[], IEnumerable<byte[]>> _answers;
    private readonly Func<byte[], Socket, CancellationToken, Task>? _talk;
    private readonly CancellationTokenSource _over = new();
    private int _queries;

    /// <summary>Starts it.</summary>
    /// <param name="answers">What is sent for a query.</param>
    /// <param name="talk">What is done with a connection, once its query is there; null for no listener.</param>
    /// <param name="ipv6">True for ::1.</param>
    public ScriptedNameServer(Func<byte[], IEnumerable<byte[]>> answers, Func<byte[], Socket, CancellationToken, Task>? talk = null, bool ipv6 = false)
    {
        (_answers, _talk) = (answers, talk);
        Address = ipv6 ? IPAddress.IPv6Loopback : IPAddress.Loopback;
        (_datagrams, _listener) = Bind(Address, talk is not null);
        _other = new Socket(Address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        _other.Bind(new IPEndPoint(Address, 0));
        Port = ((IPEndPoint)_datagrams.LocalEndPoint!).Port;
        if (_listener is not null)
        {
            _listener.Listen(64);
            _ = AcceptAsync(_listener);
        }

        _ = ServeAsync();
    }

    public IPAddress Address { get; }

    public int Port { get; }

    /// <summary>How many datagrams have come.</summary>
    public int Queries => Volatile.Read(ref _queries);

    /// <summary>True to answer from another port than was asked.</summary>
    public bool FromElsewhere { get; init; }

    /// <summary>A whole message as TCP carries it.</summary>
    public static byte[] Framed(byte[] message)
    {
        var framed = new byte[message.Length + 2];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)message.Length);
        message.CopyTo(framed, 2);
        return framed;
    }

    public void Dispose()
    {
        _over.Cancel();
        _datagrams.Dispose();
        _other.Dispose();
        _listener?.Dispose();
        _over.Dispose();
    }

    // A port that is free for datagrams may be another's for streams; one that is not free for both is held until the end, so that it does not come again.
    private static (Socket Datagrams, Socket? Listener) Bind(IPAddress address, bool both)
    {
        var unfit = new List<Socket>();
        try
        {
            while (true)
            {
                var datagrams = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
                datagrams.Bind(new IPEndPoint(address, 0));
                if (!both)
                {
                    return (datagrams, null);
                }

                var listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                try
                {
                    listener.Bind(datagrams.LocalEndPoint!);
                    return (datagrams, listener);
                }
                catch (SocketException failure) when (failure.SocketErrorCode == SocketError.AddressAlreadyInUse)
                {
                    unfit.AddRange([datagrams, listener]);
                }
            }
        }
        finally
        {
            unfit.ForEach(static socket => socket.Dispose());
        }
    }

    private async Task ServeAsync()
    {
        var buffer = new byte[65535];
        var anyone = new IPEndPoint(Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        try
        {
            while (true)
            {
                var got = await _datagrams.ReceiveFromAsync(buffer, SocketFlags.None, anyone);
                Interlocked.Increment(ref _queries);
                foreach (var answer in _answers(buffer[..got.ReceivedBytes]))
                {
                    await (FromElsewhere ? _other : _datagrams).SendToAsync(answer, SocketFlags.None, got.RemoteEndPoint);
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                _ = TalkAsync(await listener.AcceptAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task TalkAsync(Socket connection)
    {
        using (connection)
        {
            var buffer = new byte[4096];
            try
            {
                // The attempt of the SYN probe ends without a word.
                var got = await connection.ReceiveAsync(buffer, _over.Token);
                if (got > 2)
                {
                    await _talk!(buffer[2..got], connection, _over.Token);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
            {
            }
        }
    }
}
