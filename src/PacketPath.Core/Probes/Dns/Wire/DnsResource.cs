namespace PacketPath.Probes;

/// <summary>One record, where it lies in its message.</summary>
/// <param name="Message">The whole message: names in the data may point into it.</param>
/// <param name="Name">Whose record it is.</param>
/// <param name="Type">Its type.</param>
/// <param name="Class">Its class.</param>
/// <param name="TimeToLive">How many seconds it may be kept.</param>
/// <param name="Offset">Where its data begins.</param>
/// <param name="Length">How long its data is.</param>
internal sealed record DnsResource(byte[] Message, DnsName Name, ushort Type, ushort Class, uint TimeToLive, int Offset, int Length)
{
    /// <summary>Its data, as it lies in the message.</summary>
    public ReadOnlySpan<byte> Data => Message.AsSpan(Offset, Length);

    /// <summary>A reader of its data.</summary>
    public DnsReader Reader() => new(Message, Offset, Length);

    /// <summary>Two records with the same key say the same, however they are compressed, spelled or aged.</summary>
    public string Key() => $"{Convert.ToHexString(Name.Canonical())} {Class} {Type} {Convert.ToHexString(DnsData.Canonical(this))}";
}

/// <summary>Reads the sections of records of one message.</summary>
internal sealed class DnsSections(byte[] message)
{
    /// <summary>The OPT record; null where none was read.</summary>
    public DnsEdns? Edns { get; private set; }

    /// <summary>Reads so many records.</summary>
    public IReadOnlyList<DnsResource> Read(ref DnsReader reader, int count, bool mayHoldOptions)
    {
        var records = new List<DnsResource>();
        for (var i = 0; i < count && reader.Problem is null; i++)
        {
            var name = reader.ReadName();
            var type = reader.ReadUInt16();
            var space = reader.ReadUInt16();
            var age = reader.ReadUInt32();
            int length = reader.ReadUInt16();
            var at = reader.Position;
            reader.ReadBytes(length);
            if (reader.Problem is not null)
            {
                break;
            }

            if (type == DnsTypes.OPT)
            {
                ReadOptions(ref reader, name, space, age, at, length, mayHoldOptions);
                continue;
            }

            var record = new DnsResource(message, name, type, space, age, at, length);
            if (DnsData.Problem(record) is { } wrong)
            {
                reader.Fail(wrong);
                break;
            }

            records.Add(record);
        }

        return records;
    }

    private void ReadOptions(ref DnsReader reader, DnsName name, ushort size, uint fields, int at, int length, bool mayHoldOptions)
    {
        if (!mayHoldOptions || Edns is not null || !name.IsRoot)
        {
            reader.Fail("an OPT record is where none may be");
            return;
        }

        var data = new DnsReader(message, at, length);
        Edns = DnsEdns.Read(ref data, size, fields);
        if (data.Problem is { } problem)
        {
            reader.Fail("in the OPT record, " + problem);
        }
    }
}
