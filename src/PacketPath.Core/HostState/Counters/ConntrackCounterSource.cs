using System.Text;
using PacketPath.HostState.Conntrack;
using PacketPath.Netlink.Conntrack;

namespace PacketPath.HostState.Counters;

/// <summary>What connection tracking of a namespace refused or dropped (/proc/net/stat/nf_conntrack). Reading it loads no module.</summary>
internal sealed class ConntrackCounterSource : ICounterSource
{
    /// <summary>The source's name.</summary>
    public const string SourceName = "Conntrack";

    /// <summary>The counters of losses, by the names of <c>conntrack -S</c>.</summary>
    public static readonly (ConntrackCounter Counter, string Name)[] Losses =
    [
        (ConntrackCounter.Invalid, "invalid"),
        (ConntrackCounter.InsertFailed, "insert_failed"),
        (ConntrackCounter.Drop, "drop"),
        (ConntrackCounter.EarlyDrop, "early_drop"),
        (ConntrackCounter.Error, "error"),
        (ConntrackCounter.ChainTooLong, "chaintoolong"),
    ];

    private readonly CounterFile _file;

    private ConntrackCounterSource(CounterFile file) => _file = file;

    /// <inheritdoc/>
    public string Name => SourceName;

    /// <summary>Opens the counters of the calling thread's namespace; null where nothing is tracked.</summary>
    public static ConntrackCounterSource? Open() => CounterFile.Open("stat/nf_conntrack") is { } file ? new ConntrackCounterSource(file) : null;

    /// <inheritdoc/>
    public void Read(CounterReading into, int interfaceIndex)
    {
        var cpus = ConntrackCounterText.Parse(Encoding.ASCII.GetString(_file.Read()));
        foreach (var (counter, name) in Losses)
        {
            ulong sum = 0;
            foreach (var cpu in cpus)
            {
                sum += cpu[counter];
            }

            into.Add(SourceName, null, name, sum);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
