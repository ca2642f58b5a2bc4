using System.Runtime.InteropServices;
using PacketPath.Interop;
using PacketPath.Netlink;

namespace PacketPath.Core.Tests.Netlink;

/// <summary>A kernel that answers as the test tells it to.</summary>
internal sealed class ScriptedKernel : INetlinkTransport
{
    private readonly Queue<object> _answers = [];
    private readonly Func<NetlinkHeader[], IEnumerable<object>> _script;

    /// <param name="script">Gets the headers of each send; answers with datagrams, or exceptions to throw from the next receive.</param>
    public ScriptedKernel(Func<NetlinkHeader[], IEnumerable<object>> script) => _script = script;

    public uint PortId => 77;

    public int Sends { get; private set; }

    public void Send(ReadOnlySpan<byte> data)
    {
        Sends++;
        var headers = new List<NetlinkHeader>();
        while (!data.IsEmpty)
        {
            var header = MemoryMarshal.Read<NetlinkHeader>(data);
            headers.Add(header);
            data = data[NetlinkHeader.Align((int)header.Length)..];
        }

        foreach (var answer in _script([.. headers]))
        {
            _answers.Enqueue(answer);
        }
    }

    public int Receive(Span<byte> buffer, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        if (!_answers.TryDequeue(out var answer))
        {
            throw new LinuxException(Errno.ETIMEDOUT, "recv");
        }

        if (answer is Exception exception)
        {
            throw exception;
        }

        var datagram = (byte[])answer;
        datagram.AsSpan(0, Math.Min(datagram.Length, buffer.Length)).CopyTo(buffer);
        return datagram.Length;
    }

    public void Dispose()
    {
    }

    /// <summary>A message for this kernel's client.</summary>
    public static byte[] Message(uint sequence, ushort type, ushort flags, params byte[] payload) => Message(77, sequence, type, flags, payload);

    /// <summary>A message for another client.</summary>
    public static byte[] Message(uint port, uint sequence, ushort type, ushort flags, byte[] payload)
    {
        var bytes = new byte[NetlinkHeader.Align(NetlinkHeader.Size + payload.Length)];
        var header = new NetlinkHeader((uint)(NetlinkHeader.Size + payload.Length), type, flags, sequence, port);
        MemoryMarshal.Write(bytes, in header);
        payload.CopyTo(bytes, NetlinkHeader.Size);
        return bytes;
    }

    /// <summary>An object of the table: its one byte is the payload.</summary>
    public static byte[] Item(uint sequence, byte value, ushort flags = MessageFlags.Multi) => Message(sequence, RouteMessage.NewLink, flags, value);

    /// <summary>The end of a dump.</summary>
    public static byte[] Done(uint sequence, int errno = 0, ushort flags = MessageFlags.Multi) =>
        Message(sequence, ControlType.Done, flags, BitConverter.GetBytes(-errno));

    /// <summary>A refusal, with the kernel's words.</summary>
    public static byte[] Refusal(NetlinkHeader request, int errno, string words)
    {
        var text = System.Text.Encoding.UTF8.GetBytes(words + "\0");
        var quoted = new byte[NetlinkHeader.Size];
        MemoryMarshal.Write(quoted, in request);
        byte[] payload = [.. BitConverter.GetBytes(-errno), .. quoted, .. BitConverter.GetBytes((ushort)(4 + text.Length)), 1, 0, .. text];
        return Message(request.Sequence, ControlType.Error, MessageFlags.Capped | MessageFlags.AckTlvs, payload);
    }
}
