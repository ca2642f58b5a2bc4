using PacketPath.Netlink.Neighbor;

namespace PacketPath.HostState;

/// <summary>Neighbor states and flags in words.</summary>
internal static class NeighborStates
{
    /// <summary>USER_HZ: the unit of neighbor ages, the same on every architecture .NET runs on.</summary>
    public const double ClockTicks = 100.0;

    /// <summary>The state in the words of Get-NetNeighbor and in the kernel's.</summary>
    public static (NeighborState State, string Word) Describe(ushort nud) => nud switch
    {
        NudState.None => (NeighborState.Absent, "NONE"),
        NudState.Incomplete => (NeighborState.Incomplete, "INCOMPLETE"),
        NudState.Reachable => (NeighborState.Reachable, "REACHABLE"),
        NudState.Stale => (NeighborState.Stale, "STALE"),
        NudState.Delay => (NeighborState.Delay, "DELAY"),
        NudState.Probe => (NeighborState.Probe, "PROBE"),
        NudState.Failed => (NeighborState.Unreachable, "FAILED"),
        NudState.NoArp => (NeighborState.NotRequired, "NOARP"),
        NudState.Permanent => (NeighborState.Permanent, "PERMANENT"),
        _ => (NeighborState.Unreachable, $"0x{nud:x}"),
    };

    /// <summary>The flags in words.</summary>
    public static string[] Flags(byte flags, uint extended)
    {
        if (flags == 0 && extended == 0)
        {
            return [];
        }

        var words = new List<string>();
        Add(NeighborFlag.Router, "Router");
        Add(NeighborFlag.Proxy, "Proxy");
        Add(NeighborFlag.ExternalLearned, "ExternalLearned");
        Add(NeighborFlag.Offloaded, "Offloaded");
        Add(NeighborFlag.Self, "Self");
        Add(NeighborFlag.Master, "Master");
        Add(NeighborFlag.Sticky, "Sticky");
        AddExtended(NeighborFlag.ExtendedManaged, "Managed");
        AddExtended(NeighborFlag.ExtendedLocked, "Locked");
        AddExtended(NeighborFlag.ExtendedValidated, "ExternallyValidated");
        return [.. words];

        void Add(byte flag, string word)
        {
            if ((flags & flag) != 0)
            {
                words.Add(word);
            }
        }

        void AddExtended(uint flag, string word)
        {
            if ((extended & flag) != 0)
            {
                words.Add(word);
            }
        }
    }
}
