namespace PacketPath.Netlink.Conntrack;

/// <summary>What the kernel compares while it dumps the table. A kernel that does not know a part of it hands out more.</summary>
internal readonly record struct ConntrackKernelFilter
{
    /// <summary>AF_*; 0 for both.</summary>
    public byte Family { get; init; }

    /// <summary>The mark, and the bits of it that count; null for any.</summary>
    public (uint Value, uint Mask)? Mark { get; init; }

    /// <summary>The zone; null for any.</summary>
    public ushort? Zone { get; init; }

    /// <summary>The flags, and those that count; null for any.</summary>
    public (uint Value, uint Mask)? Status { get; init; }

    /// <summary>The original direction, where <see cref="OriginalParts"/> says so.</summary>
    public ConntrackTuple Original { get; init; }

    /// <summary>The parts of the original direction that count.</summary>
    public TupleParts OriginalParts { get; init; }

    /// <summary>The reply direction, where <see cref="ReplyParts"/> says so.</summary>
    public ConntrackTuple Reply { get; init; }

    /// <summary>The parts of the reply direction that count.</summary>
    public TupleParts ReplyParts { get; init; }

    /// <summary>True where there is more than a family to compare.</summary>
    public bool HasDetails => Mark is not null || Zone is not null || Status is not null || OriginalParts != 0 || ReplyParts != 0;

    /// <summary>Writes it into a dump request.</summary>
    public void Write(AttributeWriter writer)
    {
        if (Mark is { } mark)
        {
            writer.U32BigEndian(ConntrackAttribute.Mark, mark.Value);
            writer.U32BigEndian(ConntrackAttribute.MarkMask, mark.Mask);
        }

        if (Status is { } status)
        {
            writer.U32BigEndian(ConntrackAttribute.Status, status.Value);
            writer.U32BigEndian(ConntrackAttribute.StatusMask, status.Mask);
        }

        if (Zone is { } zone)
        {
            writer.U16BigEndian(ConntrackAttribute.Zone, zone);
        }

        if (OriginalParts == 0 && ReplyParts == 0)
        {
            return;
        }

        if (OriginalParts != 0)
        {
            Original.Write(writer, ConntrackAttribute.TupleOriginal);
        }

        if (ReplyParts != 0)
        {
            Reply.Write(writer, ConntrackAttribute.TupleReply);
        }

        var filter = writer.BeginNested(ConntrackAttribute.Filter);
        writer.U32(ConntrackDetail.FilterOriginal, (uint)OriginalParts);
        writer.U32(ConntrackDetail.FilterReply, (uint)ReplyParts);
        writer.EndNested(filter);
    }
}
