namespace PacketPath.Netlink.Nftables.Expressions;

/// <summary>Makes a number: the next one, or a random one.</summary>
internal sealed record NumberGeneratorExpression(uint Destination, uint Modulus, bool Random, uint Offset) : NftExpression("numgen")
{
    /// <summary>Reads the expression's attributes.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static NumberGeneratorExpression Read(AttributeReader reader)
    {
        uint destination = 0;
        uint modulus = 0;
        bool random = false;
        uint offset = 0;
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    destination = reader.U32BigEndian();
                    break;
                case 2:
                    modulus = reader.U32BigEndian();
                    break;
                case 3:
                    random = reader.U32BigEndian() == 1;
                    break;
                case 4:
                    offset = reader.U32BigEndian();
                    break;
            }
        }

        reader.Finish();
        return new NumberGeneratorExpression(destination, modulus, random, offset);
    }
}

/// <summary>Hashes a register, or the packet's flow.</summary>
internal sealed record HashExpression(uint? Source, uint Destination, uint Length, uint Modulus, uint? Seed, uint Offset, bool Symmetric) : NftExpression("hash")
{
    /// <summary>Reads the expression's attributes.</summary>
    /// <exception cref="NetlinkDecodeException">They are malformed.</exception>
    public static HashExpression Read(AttributeReader reader)
    {
        uint? source = null;
        uint destination = 0;
        uint length = 0;
        uint modulus = 0;
        uint? seed = null;
        uint offset = 0;
        bool symmetric = false;
        while (reader.Next())
        {
            switch (reader.Type)
            {
                case 1:
                    source = reader.U32BigEndian();
                    break;
                case 2:
                    destination = reader.U32BigEndian();
                    break;
                case 3:
                    length = reader.U32BigEndian();
                    break;
                case 4:
                    modulus = reader.U32BigEndian();
                    break;
                case 5:
                    seed = reader.U32BigEndian();
                    break;
                case 6:
                    offset = reader.U32BigEndian();
                    break;
                case 7:
                    symmetric = reader.U32BigEndian() == 1;
                    break;
            }
        }

        reader.Finish();
        return new HashExpression(source, destination, length, modulus, seed, offset, symmetric);
    }
}
