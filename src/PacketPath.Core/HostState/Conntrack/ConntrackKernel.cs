namespace PacketPath.HostState.Conntrack;

/// <summary>What the running kernel has of connection tracking. Looked up in files alone: asking by netlink would load a module.</summary>
internal static class ConntrackKernel
{
    /// <summary>The counters of every CPU. Everything under thread-self/net belongs to the thread's namespace.</summary>
    public const string CounterFile = "/proc/thread-self/net/stat/nf_conntrack";

    /// <summary>The table as text; for root.</summary>
    public const string TableFile = "/proc/thread-self/net/nf_conntrack";

    /// <summary>The expected connections as text; for root.</summary>
    public const string ExpectationFile = "/proc/thread-self/net/nf_conntrack_expect";

    /// <summary>The sysctls.</summary>
    public const string Settings = "/proc/sys/net/netfilter";

    private const string LoadedModules = "/proc/modules";
    private const string TrackingModule = "nf_conntrack";
    private const string NetlinkModule = "nf_conntrack_netlink";

    private static volatile bool _hasNetlink;

    /// <summary>True where connection tracking is loaded.</summary>
    public static bool IsTracking => File.Exists(CounterFile) || File.Exists(Settings + "/nf_conntrack_count");

    /// <summary>True where asking ctnetlink loads nothing.</summary>
    public static bool HasNetlink => _hasNetlink || (_hasNetlink = LookForNetlink());

    /// <summary>How to get connection tracking.</summary>
    public static MissingObservation NotTracking => new()
    {
        What = "connection tracking",
        Why = "it is not loaded: there is neither /proc/net/stat/nf_conntrack nor net.netfilter.nf_conntrack_count, so no packet is tracked",
        Remedy = "Nothing has to be done unless packets should be tracked: then run 'modprobe nf_conntrack', or add a firewall rule that tests ct.",
    };

    /// <summary>How to get ctnetlink.</summary>
    public static MissingObservation NoNetlink(string what) => new()
    {
        What = what,
        Why = "the module nf_conntrack_netlink is not loaded, and no module is loaded for a question",
        Remedy = "Run 'modprobe nf_conntrack_netlink' as root.",
    };

    private static bool LookForNetlink()
    {
        try
        {
            if (!File.Exists(LoadedModules))
            {
                return true;
            }

            var loaded = File.ReadLines(LoadedModules).Select(static line => line[..Math.Max(0, line.IndexOf(' '))]).ToHashSet();
            if (loaded.Contains(NetlinkModule))
            {
                return true;
            }

            // What needs a module can only be a module itself.
            return !loaded.Contains(TrackingModule) && IsBuiltIn();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool IsBuiltIn()
    {
        var release = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        var list = $"/lib/modules/{release}/modules.builtin";
        return File.Exists(list) && File.ReadLines(list).Any(static line => line.EndsWith("/nf_conntrack_netlink.ko", StringComparison.Ordinal));
    }
}
