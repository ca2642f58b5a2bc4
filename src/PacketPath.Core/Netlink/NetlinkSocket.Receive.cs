using System.Runtime.InteropServices;
using PacketPath.Interop;

namespace PacketPath.Netlink;

/// <content>The receiving half: datagrams apart into messages, strangers passed over, losses told.</content>
internal sealed partial class NetlinkSocket
{
    /// <summary>offsetof(struct nlmsghdr, nlmsg_seq).</summary>
    private const int SequenceOffset = 8;

    private static bool IsLoss(LinuxException exception) =>
        exception is not NetlinkException && exception.Errno is Errno.ENOBUFS or Errno.ETIMEDOUT or Errno.EMSGSIZE;

    private static string RequestName(AttributeWriter request) =>
        RouteMessage.Name(MemoryMarshal.Read<NetlinkHeader>(request.Written).Type);

    /// <summary>Numbers the messages and sends them; the first one's number.</summary>
    private uint Send(AttributeWriter requests)
    {
        _strays = 0;
        var first = _sequence + 1;
        var data = requests.Written;
        while (!data.IsEmpty)
        {
            BitConverter.TryWriteBytes(data[SequenceOffset..], ++_sequence);
            data = data[NetlinkHeader.Align(MemoryMarshal.Read<int>(data))..];
        }

        _transport.Send(requests.Written);
        return first;
    }

    private void BatchOnce<T>(AttributeWriter requests, MessageParser<T> parse, Span<BatchReply<T>> replies, CancellationToken stop)
    {
        replies.Clear();
        var answered = replies.Length <= 256 ? stackalloc bool[replies.Length] : new bool[replies.Length];
        answered.Clear();
        var first = Send(requests);
        var open = replies.Length;
        while (open > 0)
        {
            var matched = false;
            var data = ReceiveDatagram(stop);
            while (!data.IsEmpty)
            {
                var message = NetlinkMessage.Take(ref data);
                var index = message.Header.Sequence - first;
                if (!IsOurs(message) || index >= (uint)replies.Length || answered[(int)index])
                {
                    continue;
                }

                matched = true;
                if (message.Type == ControlType.Error)
                {
                    var status = NetlinkStatus.Read(message);
                    replies[(int)index] = replies[(int)index] with { Errno = status.Errno, KernelMessage = status.KernelMessage };
                }
                else if (message.Type >= ControlType.FirstOfFamily)
                {
                    replies[(int)index] = new BatchReply<T>(parse(message), 0, null);
                }
                else
                {
                    continue;
                }

                answered[(int)index] = true;
                open--;
            }

            CountStray(matched);
        }
    }

    private void ReadDump<T>(uint sequence, string name, MessageParser<T> parse, DumpStatus status, List<T> items, CancellationToken stop)
    {
        var matched = false;
        var data = ReceiveDatagram(stop);
        while (!data.IsEmpty)
        {
            var message = NetlinkMessage.Take(ref data);
            if (!IsOurs(message) || message.Header.Sequence != sequence)
            {
                continue;
            }

            matched = true;
            status.Interrupted |= (message.Flags & MessageFlags.DumpInterrupted) != 0;
            if (message.Type is ControlType.Done or ControlType.Error)
            {
                _dumpOpen = false;
                var end = NetlinkStatus.Read(message);
                if (end.Errno != 0)
                {
                    throw new NetlinkException(end.Errno, name, end.KernelMessage);
                }

                return;
            }

            if (message.Type >= ControlType.FirstOfFamily && parse(message) is { } item)
            {
                items.Add(item);
            }
        }

        CountStray(matched);
    }

    /// <summary>Reads an abandoned dump to its end: the kernel allows one at a time.</summary>
    private void FinishOpenDump(CancellationToken stop)
    {
        var status = new DumpStatus();
        var none = new List<object>();
        while (_dumpOpen)
        {
            try
            {
                ReadDump<object>(_dumpSequence, "dump", static (in NetlinkMessage _) => null, status, none, stop);
            }
            catch (LinuxException exception) when (exception is NetlinkException || exception.Errno == Errno.EMSGSIZE)
            {
                // Its outcome is nobody's concern any more.
            }
        }
    }

    private ReadOnlySpan<byte> ReceiveDatagram(CancellationToken stop)
    {
        int length;
        try
        {
            length = _transport.Receive(_buffer, stop);
        }
        catch (LinuxException silent) when (silent.Errno == Errno.ETIMEDOUT)
        {
            _dumpOpen = false;
            throw;
        }

        if (length <= _buffer.Length)
        {
            return _buffer.AsSpan(0, length);
        }

        if (length > LargestBuffer)
        {
            throw new NetlinkDecodeException($"datagram of {length} bytes");
        }

        _buffer = new byte[length];
        throw new LinuxException(Errno.EMSGSIZE, "recv", $"a netlink datagram of {length} bytes did not fit");
    }

    private bool IsOurs(in NetlinkMessage message) => message.Header.PortId == _transport.PortId;

    private void CountStray(bool matched)
    {
        _strays = matched ? 0 : _strays + 1;
        if (_strays > StrayLimit)
        {
            _dumpOpen = false;
            throw new NetlinkDecodeException("none of the messages received answers the request");
        }
    }
}
