using PacketPath.Interop;

namespace PacketPath.Netlink;

/// <summary>Turns one message into an object; default where it is not of interest.</summary>
internal delegate T? MessageParser<out T>(in NetlinkMessage message);

/// <summary>What a dump came to besides its objects.</summary>
internal sealed class DumpStatus
{
    /// <summary>True where the table changed under the dump: entries may be missing or double.</summary>
    public bool Interrupted { get; set; }
}

/// <summary>The answer to one request of a batch.</summary>
/// <param name="Value">The object; default where there is none.</param>
/// <param name="Errno">The kernel's error; 0 where there is none.</param>
/// <param name="KernelMessage">The kernel's own words on the error.</param>
internal readonly record struct BatchReply<T>(T? Value, int Errno, string? KernelMessage);

/// <summary>Speaks netlink with the kernel: requests, batches and dumps. One caller at a time.</summary>
internal sealed partial class NetlinkSocket : IDisposable
{
    /// <summary>How many requests go well into one send.</summary>
    public const int BatchSize = 64;

    private const int Attempts = 4;
    private const int InitialBuffer = 64 * 1024;
    private const int LargestBuffer = 16 * 1024 * 1024;

    /// <summary>How many datagrams of strangers are passed over while waiting for one's own.</summary>
    private const int StrayLimit = 4096;

    private readonly INetlinkTransport _transport;
    private byte[] _buffer = new byte[InitialBuffer];
    private uint _sequence;
    private uint _dumpSequence;
    private bool _dumpOpen;
    private int _strays;

    /// <summary>Creates a socket over a transport, which it then owns.</summary>
    public NetlinkSocket(INetlinkTransport transport)
    {
        _transport = transport;
        _sequence = (uint)Environment.TickCount;
    }

    /// <summary>Opens a socket in the calling thread's network namespace.</summary>
    /// <param name="protocol">NETLINK_*.</param>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static NetlinkSocket Open(int protocol) => new(new KernelTransport(protocol));

    /// <summary>Sends one request and returns the object the kernel answers with.</summary>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    /// <exception cref="NetlinkDecodeException">The answer is malformed.</exception>
    public T? Get<T>(AttributeWriter request, MessageParser<T> parse, CancellationToken stop)
    {
        var reply = new BatchReply<T>[1];
        Batch(request, parse, reply, stop);
        return reply[0].Errno == 0
            ? reply[0].Value
            : throw new NetlinkException(reply[0].Errno, RequestName(request), reply[0].KernelMessage);
    }

    /// <summary>Sends many requests at once and collects one answer for each, in order. They must be safe to repeat.</summary>
    /// <param name="requests">The requests.</param>
    /// <param name="parse">Reads an answer.</param>
    /// <param name="replies">Receives the answers; as long as there are requests.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="LinuxException">The answers were lost, twice.</exception>
    /// <exception cref="NetlinkDecodeException">An answer is malformed.</exception>
    public void Batch<T>(AttributeWriter requests, MessageParser<T> parse, Span<BatchReply<T>> replies, CancellationToken stop)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(replies.Length, requests.Messages, nameof(replies));
        FinishOpenDump(stop);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                BatchOnce(requests, parse, replies, stop);
                return;
            }
            catch (LinuxException lost) when (attempt < 2 && IsLoss(lost))
            {
                // Answers were dropped: ask again. Those of the first try are told apart by their sequence number.
            }
        }
    }

    /// <summary>Dumps a table. A dump the table changed under is repeated, and flagged if it never settles.</summary>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    /// <exception cref="NetlinkDecodeException">An answer is malformed.</exception>
    public List<T> Dump<T>(AttributeWriter request, MessageParser<T> parse, DumpStatus status, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            status.Interrupted = false;
            try
            {
                var list = new List<T>();
                foreach (var item in Stream(request, parse, status, stop))
                {
                    list.Add(item);
                }

                if (!status.Interrupted || attempt == Attempts)
                {
                    return list;
                }
            }
            catch (LinuxException lost) when (attempt < Attempts && IsLoss(lost))
            {
                // Start again with what was learnt: a larger buffer, or fewer answers waiting.
            }
        }
    }

    /// <summary>Dumps a table without collecting it. What changes under the dump is flagged only.</summary>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    /// <exception cref="NetlinkDecodeException">An answer is malformed.</exception>
    public IEnumerable<T> Stream<T>(AttributeWriter request, MessageParser<T> parse, DumpStatus status, CancellationToken stop)
    {
        FinishOpenDump(stop);
        var name = RequestName(request);
        var sequence = Send(request);
        _dumpSequence = sequence;
        _dumpOpen = true;
        var items = new List<T>();
        while (_dumpOpen)
        {
            items.Clear();
            ReadDump(sequence, name, parse, status, items, stop);
            foreach (var item in items)
            {
                yield return item;
            }

            if (_dumpSequence != sequence)
            {
                throw new InvalidOperationException("another request was made on this netlink socket before the dump was read to its end");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();
}
