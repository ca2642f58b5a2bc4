namespace PacketPath.Netlink.Generic;

/// <summary>The counters of one queue of a device (NETDEV_CMD_QSTATS_GET, linux/netdev.h; kernel 6.10).</summary>
internal sealed record DeviceQueueMessage
{
    /// <summary>The family's name.</summary>
    public const string Family = "netdev";

    /// <summary>NETDEV_CMD_QSTATS_GET.</summary>
    public const byte GetStatistics = 12;

    private const ushort InterfaceAttribute = 1;
    private const ushort TypeAttribute = 2;
    private const ushort QueueAttribute = 3;
    private const ushort ScopeAttribute = 4;
    private const ushort FirstCounter = 8;

    /// <summary>NETDEV_QSTATS_SCOPE_QUEUE.</summary>
    private const uint EveryQueue = 1;

    // From NETDEV_A_QSTATS_RX_PACKETS on.
    private static readonly (string Name, CounterMeaning Meaning)[] Counters =
    [
        ("rx-packets", CounterMeaning.Traffic), ("rx-bytes", CounterMeaning.Traffic), ("tx-packets", CounterMeaning.Traffic), ("tx-bytes", CounterMeaning.Traffic),
        ("rx-alloc-fail", CounterMeaning.Error), ("rx-hw-drops", CounterMeaning.Drop), ("rx-hw-drop-overruns", CounterMeaning.Drop),
        ("rx-csum-complete", CounterMeaning.Traffic), ("rx-csum-unnecessary", CounterMeaning.Traffic), ("rx-csum-none", CounterMeaning.Traffic),
        ("rx-csum-bad", CounterMeaning.Error), ("rx-hw-gro-packets", CounterMeaning.Traffic), ("rx-hw-gro-bytes", CounterMeaning.Traffic),
        ("rx-hw-gro-wire-packets", CounterMeaning.Traffic), ("rx-hw-gro-wire-bytes", CounterMeaning.Traffic), ("rx-hw-drop-ratelimits", CounterMeaning.Drop),
        ("tx-hw-drops", CounterMeaning.Drop), ("tx-hw-drop-errors", CounterMeaning.Drop), ("tx-csum-none", CounterMeaning.Traffic),
        ("tx-needs-csum", CounterMeaning.Traffic), ("tx-hw-gso-packets", CounterMeaning.Traffic), ("tx-hw-gso-bytes", CounterMeaning.Traffic),
        ("tx-hw-gso-wire-packets", CounterMeaning.Traffic), ("tx-hw-gso-wire-bytes", CounterMeaning.Traffic), ("tx-hw-drop-ratelimits", CounterMeaning.Drop),
        ("tx-stop", CounterMeaning.Traffic), ("tx-wake", CounterMeaning.Traffic),
    ];

    /// <summary>The interface.</summary>
    public int InterfaceIndex { get; init; }

    /// <summary>True for a transmit queue.</summary>
    public bool IsTransmit { get; init; }

    /// <summary>The queue's number.</summary>
    public uint Queue { get; init; }

    /// <summary>The counters its driver keeps.</summary>
    public QueueCounter[] Values { get; init; } = [];

    /// <summary>Writes a dump of every queue of every device of the namespace.</summary>
    /// <param name="writer">Where to write it.</param>
    /// <param name="family">The family's number.</param>
    public static void WriteDump(AttributeWriter writer, ushort family)
    {
        GenericMessage.Begin(writer, family, GetStatistics, 1, MessageFlags.Dump);
        writer.U32(ScopeAttribute, EveryQueue);
        writer.End();
    }

    /// <summary>Decodes a message; null for one that is about no queue.</summary>
    /// <exception cref="NetlinkDecodeException">It is malformed.</exception>
    public static DeviceQueueMessage? Read(in NetlinkMessage message)
    {
        message.Fixed(GenericMessage.HeaderSize, out var attributes);
        uint index = 0;
        uint type = 0;
        uint? queue = null;
        var values = new List<QueueCounter>();
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case InterfaceAttribute:
                    index = attributes.U32();
                    break;
                case TypeAttribute:
                    type = attributes.U32();
                    break;
                case QueueAttribute:
                    queue = attributes.U32();
                    break;
                case >= FirstCounter when attributes.Type - FirstCounter < Counters.Length:
                    // A number as wide as its value needs.
                    var value = attributes.Value.Length == sizeof(ulong) ? attributes.U64() : attributes.U32();
                    var (name, meaning) = Counters[attributes.Type - FirstCounter];
                    values.Add(new QueueCounter { Name = name, Meaning = meaning, Value = (long)Math.Min(value, long.MaxValue) });
                    break;
            }
        }

        attributes.Finish();
        return queue is null || index is 0 or > int.MaxValue
            ? null
            : new DeviceQueueMessage { InterfaceIndex = (int)index, IsTransmit = type == 1, Queue = queue.Value, Values = [.. values] };
    }
}
