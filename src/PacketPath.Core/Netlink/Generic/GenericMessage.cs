namespace PacketPath.Netlink.Generic;

/// <summary>Generic netlink: families found by name (linux/genetlink.h).</summary>
internal static class GenericMessage
{
    /// <summary>sizeof(struct genlmsghdr): command, version, reserved.</summary>
    public const int HeaderSize = 4;

    /// <summary>GENL_ID_CTRL: the family that knows the others.</summary>
    public const ushort Control = 0x10;

    /// <summary>CTRL_CMD_GETFAMILY.</summary>
    public const byte GetFamily = 3;

    /// <summary>CTRL_ATTR_FAMILY_ID.</summary>
    public const ushort FamilyId = 1;

    /// <summary>CTRL_ATTR_FAMILY_NAME.</summary>
    public const ushort FamilyName = 2;

    /// <summary>Starts a request to a family.</summary>
    public static void Begin(AttributeWriter writer, ushort family, byte command, byte version, ushort flags)
    {
        var header = writer.Begin(family, flags, HeaderSize);
        header[0] = command;
        header[1] = version;
    }

    /// <summary>Writes a question for a family's number.</summary>
    public static void AskFamily(AttributeWriter writer, string name)
    {
        Begin(writer, Control, GetFamily, 1, 0);
        writer.Text(FamilyName, name);
        writer.End();
    }

    /// <summary>Decodes the answer: the family's number; 0 where it is missing.</summary>
    /// <exception cref="NetlinkDecodeException">It is malformed.</exception>
    public static ushort ReadFamily(in NetlinkMessage message)
    {
        message.Fixed(HeaderSize, out var attributes);
        ushort id = 0;
        while (attributes.Next())
        {
            if (attributes.Type == FamilyId)
            {
                id = attributes.U16();
            }
        }

        attributes.Finish();
        return id;
    }
}
