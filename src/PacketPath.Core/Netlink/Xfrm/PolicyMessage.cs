using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace PacketPath.Netlink.Xfrm;

/// <summary>XFRM_MSG_NEWPOLICY, decoded: struct xfrm_userpolicy_info and its attributes.</summary>
internal sealed record PolicyMessage
{
    /// <summary>sizeof(struct xfrm_userpolicy_info).</summary>
    public const int FixedSize = 168;

    /// <summary>sizeof(struct xfrm_user_tmpl).</summary>
    public const int TemplateSize = 64;

    /// <summary>XFRM_MSG_GETPOLICY.</summary>
    public const ushort Get = 21;

    /// <summary>XFRM_MSG_NEWPOLICY.</summary>
    public const ushort New = 19;

    /// <summary>XFRM_POLICY_OUT.</summary>
    public const byte Outbound = 1;

    /// <summary>XFRM_POLICY_ALLOW.</summary>
    public const byte Allow = 0;

    /// <summary>XFRMA_TMPL.</summary>
    public const ushort TemplateAttribute = 5;

    /// <summary>XFRMA_POLICY_TYPE.</summary>
    public const ushort TypeAttribute = 16;

    /// <summary>XFRMA_MARK.</summary>
    public const ushort MarkAttribute = 21;

    /// <summary>XFRMA_IF_ID.</summary>
    public const ushort InterfaceIdAttribute = 31;

    /// <summary>AF_*.</summary>
    public ushort Family { get; init; }

    /// <summary>The destination prefix's address.</summary>
    public byte[] Destination { get; init; } = [];

    /// <summary>The destination prefix's length.</summary>
    public byte DestinationLength { get; init; }

    /// <summary>The source prefix's address.</summary>
    public byte[] Source { get; init; } = [];

    /// <summary>The source prefix's length.</summary>
    public byte SourceLength { get; init; }

    /// <summary>The destination port, and which of its bits count.</summary>
    public (ushort Port, ushort Mask) DestinationPort { get; init; }

    /// <summary>The source port, and which of its bits count.</summary>
    public (ushort Port, ushort Mask) SourcePort { get; init; }

    /// <summary>The transport protocol; 0 for any.</summary>
    public byte Protocol { get; init; }

    /// <summary>The interface; 0 for any.</summary>
    public int InterfaceIndex { get; init; }

    /// <summary>The lower, the sooner it is tried.</summary>
    public uint Priority { get; init; }

    /// <summary>XFRM_POLICY_IN, OUT, FWD, or above those for the policy of one socket.</summary>
    public byte Direction { get; init; }

    /// <summary>XFRM_POLICY_ALLOW or BLOCK.</summary>
    public byte Action { get; init; }

    /// <summary>XFRM_POLICY_TYPE_MAIN is 0.</summary>
    public byte Type { get; init; }

    /// <summary>The mark, and which of its bits count.</summary>
    public (uint Value, uint Mask) Mark { get; init; }

    /// <summary>The IPsec interface it belongs to; 0 for none.</summary>
    public uint InterfaceId { get; init; }

    /// <summary>What is to be done to packets, in order.</summary>
    public PolicyTemplate[] Templates { get; init; } = [];

    /// <summary>Writes a dump.</summary>
    public static void WriteDump(AttributeWriter writer)
    {
        writer.Begin(Get, MessageFlags.Dump, sizeof(uint));
        writer.End();
    }

    /// <summary>Decodes a message.</summary>
    /// <exception cref="NetlinkDecodeException">It is malformed.</exception>
    public static PolicyMessage Read(in NetlinkMessage message)
    {
        var info = message.Fixed(FixedSize, out var attributes);
        PolicyTemplate[] templates = [];
        (uint, uint) mark = default;
        uint interfaceId = 0;
        byte type = 0;
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case TemplateAttribute:
                    templates = ReadTemplates(attributes.Value);
                    break;
                case TypeAttribute:
                    type = attributes.Value.IsEmpty ? (byte)0 : attributes.Value[0];
                    break;
                case MarkAttribute when attributes.Struct(8) is { IsEmpty: false } bits:
                    mark = (MemoryMarshal.Read<uint>(bits), MemoryMarshal.Read<uint>(bits[4..]));
                    break;
                case InterfaceIdAttribute:
                    interfaceId = attributes.U32();
                    break;
            }
        }

        attributes.Finish();
        var family = MemoryMarshal.Read<ushort>(info[40..]);
        var size = family == 2 ? 4 : 16;
        return new PolicyMessage
        {
            Family = family,
            Destination = info[..size].ToArray(),
            Source = info.Slice(16, size).ToArray(),
            DestinationPort = (BinaryPrimitives.ReadUInt16BigEndian(info[32..]), BinaryPrimitives.ReadUInt16BigEndian(info[34..])),
            SourcePort = (BinaryPrimitives.ReadUInt16BigEndian(info[36..]), BinaryPrimitives.ReadUInt16BigEndian(info[38..])),
            DestinationLength = (byte)Math.Min(info[42], size * 8),
            SourceLength = (byte)Math.Min(info[43], size * 8),
            Protocol = info[44],
            InterfaceIndex = MemoryMarshal.Read<int>(info[48..]),
            Priority = MemoryMarshal.Read<uint>(info[152..]),
            Direction = info[160],
            Action = info[161],
            Type = type,
            Mark = mark,
            InterfaceId = interfaceId,
            Templates = templates,
        };
    }

    private static PolicyTemplate[] ReadTemplates(ReadOnlySpan<byte> value)
    {
        var templates = new PolicyTemplate[value.Length / TemplateSize];
        for (var i = 0; i < templates.Length; i++)
        {
            var template = value.Slice(i * TemplateSize, TemplateSize);
            var size = MemoryMarshal.Read<ushort>(template[24..]) == 2 ? 4 : 16;
            templates[i] = new PolicyTemplate(
                template[20], template[48], AddressText.Format(template.Slice(28, size)), AddressText.Format(template[..size]));
        }

        return templates;
    }
}

/// <summary>One transformation that a policy asks for (struct xfrm_user_tmpl).</summary>
/// <param name="Protocol">IPPROTO_ESP, AH or COMP.</param>
/// <param name="Mode">XFRM_MODE_*.</param>
/// <param name="From">The tunnel's near end; unspecified in transport mode.</param>
/// <param name="To">The tunnel's far end.</param>
internal readonly record struct PolicyTemplate(byte Protocol, byte Mode, string From, string To);
