using System.Buffers.Binary;
using System.Runtime.InteropServices;
using PacketPath.Capture.Interop;
using PacketPath.Interop;

namespace PacketPath.Capture;

/// <summary>
/// A live capture through a plain packet socket. A ring costs the kernel tens of milliseconds to set up and to take down
/// (it waits for other processors to notice); this opens at once, and holds fewer packets.
/// </summary>
internal sealed unsafe class SocketSource : LiveSource
{
    private const int Batch = 16;
    private const ushort HardwareLoopback = 772;

    private readonly FileDescriptor _socket;
    private readonly CaptureDirection _direction;
    private readonly int _slot;
    private readonly byte[] _data;
    private readonly PacketSocket.Message[] _messages;
    private readonly PacketSocket.Buffer[] _buffers;
    private readonly PacketSocket.LinkLayerAddress[] _names;
    private readonly PacketSocket.ControlMessage[] _controls;
    private long _passedOver;
    private CaptureCounts _kernelCounts;

    /// <summary>Takes over a bound socket.</summary>
    /// <param name="socket">The socket; closed with this object.</param>
    /// <param name="interfaceName">The interface's name, for messages.</param>
    /// <param name="snapshotLength">Bytes kept of each packet.</param>
    /// <param name="direction">Which packets to keep.</param>
    internal SocketSource(FileDescriptor socket, string interfaceName, int snapshotLength, CaptureDirection direction)
        : base(interfaceName)
    {
        _socket = socket;
        _direction = direction;
        Descriptor = (int)socket.DangerousGetHandle();
        _slot = CookedFilter.HeaderLength + snapshotLength;
        _data = GC.AllocateArray<byte>(Batch * _slot, pinned: true);
        _messages = GC.AllocateArray<PacketSocket.Message>(Batch, pinned: true);
        _buffers = GC.AllocateArray<PacketSocket.Buffer>(Batch, pinned: true);
        _names = GC.AllocateArray<PacketSocket.LinkLayerAddress>(Batch, pinned: true);
        _controls = GC.AllocateArray<PacketSocket.ControlMessage>(Batch, pinned: true);
    }

    /// <inheritdoc/>
    public override CaptureLinkType LinkType => CaptureLinkType.LinuxSll2;

    /// <inheritdoc/>
    protected override SafeHandle Handle => _socket;

    /// <inheritdoc/>
    protected override int Descriptor { get; }

    /// <inheritdoc/>
    protected override bool Deliver(PacketHandler handler)
    {
        Prepare();
        int count = PacketSocket.Receive(Descriptor, Pointer(_messages), Batch);
        for (int i = 0; i < count; i++)
        {
            Deliver(handler, i);
        }

        return count > 0;
    }

    /// <inheritdoc/>
    protected override CaptureCounts ReadCounts(CaptureCounts before)
    {
        if (!PacketSocket.TryReadCounts(_socket, out PacketSocket.Counts counts))
        {
            return before;
        }

        _kernelCounts = new CaptureCounts(_kernelCounts.Received + counts.Packets, _kernelCounts.Dropped + counts.Drops, 0);
        return _kernelCounts with { Received = _kernelCounts.Received - Interlocked.Read(ref _passedOver) };
    }

    /// <inheritdoc/>
    protected override void Close() =>
        ThreadPool.UnsafeQueueUserWorkItem(static socket => socket.Dispose(), _socket, preferLocal: false);

    private static T* Pointer<T>(T[] pinned)
        where T : unmanaged => (T*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);

    private void Prepare()
    {
        byte* data = Pointer(_data);
        for (int i = 0; i < Batch; i++)
        {
            _buffers[i] = new PacketSocket.Buffer
            {
                Start = data + (i * _slot) + CookedFilter.HeaderLength,
                Length = (nuint)(_slot - CookedFilter.HeaderLength),
            };
            _messages[i].Header = new PacketSocket.MessageHeader
            {
                Name = Pointer(_names) + i,
                NameLength = (uint)sizeof(PacketSocket.LinkLayerAddress),
                Buffers = Pointer(_buffers) + i,
                BufferCount = 1,
                Control = Pointer(_controls) + i,
                ControlLength = (nuint)sizeof(PacketSocket.ControlMessage),
            };
        }
    }

    private void Deliver(PacketHandler handler, int i)
    {
        ref readonly PacketSocket.LinkLayerAddress name = ref _names[i];
        bool outgoing = name.PacketType == (byte)PacketType.Outgoing;
        bool loopbackTwin = outgoing && name.HardwareType == HardwareLoopback;
        if (loopbackTwin || (_direction == CaptureDirection.Incoming && outgoing) || (_direction == CaptureDirection.Outgoing && !outgoing))
        {
            _ = Interlocked.Increment(ref _passedOver);
            return;
        }

        Span<byte> slot = _data.AsSpan(i * _slot, _slot);
        WriteHeader(slot, in name);
        int length = (int)Math.Min(_messages[i].Length, int.MaxValue - CookedFilter.HeaderLength) + CookedFilter.HeaderLength;
        ref readonly PacketSocket.ControlMessage control = ref _controls[i];
        bool stamped = _messages[i].Header.ControlLength > 0 && control.IsTimestamp;
        var packet = new CapturedPacket
        {
            Data = slot[..Math.Min(length, _slot)],
            OriginalLength = length,
            TimestampNanoseconds = stamped
                ? (control.Seconds * 1_000_000_000L) + control.Nanoseconds
                : (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100,
            LinkType = CaptureLinkType.LinuxSll2,
        };
        handler(in packet);
    }

    private static void WriteHeader(Span<byte> slot, in PacketSocket.LinkLayerAddress name)
    {
        MemoryMarshal.Write(slot, name.Protocol);
        MemoryMarshal.Write(slot[2..], (ushort)0);
        BinaryPrimitives.WriteInt32BigEndian(slot[4..], name.InterfaceIndex);
        BinaryPrimitives.WriteUInt16BigEndian(slot[8..], name.HardwareType);
        slot[10] = name.PacketType;
        slot[11] = name.AddressLength;
        MemoryMarshal.Write(slot[12..], name.Address);
    }
}
