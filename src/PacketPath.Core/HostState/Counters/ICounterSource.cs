namespace PacketPath.HostState.Counters;

/// <summary>A set of kernel counters that tell of losses. Opened inside the namespace it reads; one caller at a time.</summary>
internal interface ICounterSource : IDisposable
{
    /// <summary>The source's name, as <see cref="CounterChange.Source"/> gives it.</summary>
    string Name { get; }

    /// <summary>Reads every counter into a reading. It is called before a probe and after each failure: well under a millisecond.</summary>
    /// <param name="into">Takes the counters.</param>
    /// <param name="interfaceIndex">The interface whose counters matter; 0 for all, as before a probe, when the egress is not yet known.</param>
    /// <exception cref="Interop.LinuxException">The kernel refused.</exception>
    /// <exception cref="Netlink.NetlinkDecodeException">The kernel's answer is malformed.</exception>
    /// <exception cref="IOException">A file could not be read.</exception>
    void Read(CounterReading into, int interfaceIndex);
}
