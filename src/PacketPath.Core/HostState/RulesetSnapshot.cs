using PacketPath.Netlink;
using PacketPath.Netlink.Nftables;

namespace PacketPath.HostState;

/// <summary>The whole nf_tables ruleset as one generation of it: what later lookups (elements of sets) must still belong to.</summary>
internal sealed class RulesetSnapshot
{
    private RulesetSnapshot(
        uint generation, List<TableMessage> tables, List<ChainMessage> chains, List<SetMessage> sets, List<ObjectMessage> objects, List<RuleMessage> rules)
    {
        Objects = objects;
        Generation = generation;
        Tables = tables;
        Chains = chains;
        Sets = sets;
        Rules = rules.ToLookup(static rule => (rule.Family, rule.Table, rule.Chain));
    }

    public uint Generation { get; }

    public List<TableMessage> Tables { get; }

    public List<ChainMessage> Chains { get; }

    public List<SetMessage> Sets { get; }

    public List<ObjectMessage> Objects { get; }

    public ILookup<(byte Family, string Table, string Chain), RuleMessage> Rules { get; }

    /// <summary>Reads it.</summary>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    public static RulesetSnapshot Read(NetlinkSocket socket, AttributeWriter writer, CancellationToken stop)
    {
        var generation = ReadGeneration(socket, writer, stop);
        var names = new NameCache();
        NftRequests.Dump(writer, NftMessage.GetTable, NftFamily.Unspecified);
        var tables = socket.Dump<TableMessage>(writer, TableMessage.Read, new DumpStatus(), stop);
        NftRequests.Dump(writer, NftMessage.GetChain, NftFamily.Unspecified);
        var chains = socket.Dump<ChainMessage>(writer, ChainMessage.Read, new DumpStatus(), stop);
        NftRequests.Dump(writer, NftMessage.GetSet, NftFamily.Unspecified);
        var sets = socket.Dump<SetMessage>(writer, SetMessage.Read, new DumpStatus(), stop);
        NftRequests.Dump(writer, NftMessage.GetObject, NftFamily.Unspecified);
        var objects = socket.Dump<ObjectMessage>(writer, ObjectMessage.Read, new DumpStatus(), stop);
        NftRequests.Rules(writer, NftFamily.Unspecified, null, null);
        var rules = socket.Dump<RuleMessage>(writer, (in NetlinkMessage message) => RuleMessage.Read(message, names), new DumpStatus(), stop);
        return new RulesetSnapshot(generation, tables, chains, sets, objects, rules);
    }

    /// <summary>The ruleset's generation: it changes with every commit.</summary>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    public static uint ReadGeneration(NetlinkSocket socket, AttributeWriter writer, CancellationToken stop)
    {
        NftRequests.Generation(writer);
        return socket.Get<uint?>(writer, GenerationMessage.Read, stop) ?? 0;
    }
}
