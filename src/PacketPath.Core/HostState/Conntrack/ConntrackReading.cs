using PacketPath.Interop;
using PacketPath.Netlink;
using PacketPath.Netlink.Conntrack;

namespace PacketPath.HostState.Conntrack;

/// <summary>One reading of the counters, the table's filling and the settings, by netlink where it may be used, else from procfs.</summary>
internal sealed class ConntrackReading
{
    private const string Privilege = "ctnetlink needs CAP_NET_ADMIN in the user namespace that owns the network namespace";

    private readonly List<MissingObservation> _missing = [];
    private List<ConntrackCpuCounters> _cpus = [];
    private long? _count;
    private long? _max;
    private long? _expected;

    private ConntrackReading()
    {
    }

    /// <summary>The objects: one for each CPU where asked, then the total.</summary>
    /// <param name="socket">A netfilter socket; null where netlink may not be used.</param>
    /// <param name="stamp">Where and when.</param>
    /// <param name="perCpu">Also one object for each CPU.</param>
    /// <param name="stop">Gives up.</param>
    public static ConntrackStats[] Read(NetlinkSocket? socket, in ObservationStamp stamp, bool perCpu, CancellationToken stop)
    {
        if (!ConntrackKernel.IsTracking)
        {
            return [Stamp(stamp) with { NotObserved = [ConntrackKernel.NotTracking] }];
        }

        var reading = new ConntrackReading();
        if (socket is null || !reading.ReadNetlink(socket, stop))
        {
            reading.ReadFiles(socket is null);
        }

        return reading.Build(stamp, perCpu);
    }

    private static ConntrackStats Stamp(in ObservationStamp stamp) => new()
    {
        ComputerName = stamp.ComputerName,
        NetNamespace = stamp.NetNamespace,
        ObservedAt = stamp.ObservedAt,
    };

    private bool ReadNetlink(NetlinkSocket socket, CancellationToken stop)
    {
        try
        {
            var writer = new AttributeWriter();
            ConntrackRequests.StatsPerCpu(writer);
            _cpus = socket.Dump<ConntrackCpuCounters>(writer, ConntrackCpuCounters.Read, new DumpStatus(), stop);
            ConntrackRequests.Stats(writer);
            var table = socket.Get<ConntrackTableMessage>(writer, ConntrackTableMessage.Read, stop);
            _count = table.Entries;
            _max = table.Max;
            ConntrackRequests.ExpectationStatsPerCpu(writer);
            var expectations = socket.Dump<ConntrackCpuCounters>(writer, ConntrackCpuCounters.ReadExpectations, new DumpStatus(), stop);
            foreach (var cpu in _cpus)
            {
                var own = expectations.Find(other => other.Cpu == cpu.Cpu);
                for (var i = ConntrackCounter.ExpectationNew; own.Values is not null && i <= ConntrackCounter.ExpectationDelete; i++)
                {
                    cpu.Values[(int)i] = own.Values[(int)i];
                }
            }

            ConntrackRequests.Expectations(writer);
            long expected = 0;
            foreach (var message in socket.Stream<object>(writer, static (in NetlinkMessage _) => Counted, new DumpStatus(), stop))
            {
                expected += message is null ? 0 : 1;
            }

            _expected = expected;
            return true;
        }
        catch (LinuxException refused) when (refused.Errno is Errno.EPERM or Errno.EACCES or Errno.EINVAL or Errno.EOPNOTSUPP or Errno.EPROTONOSUPPORT)
        {
            return false;
        }
    }

    private static object Counted { get; } = new();

    private void ReadFiles(bool isNetlinkMissing)
    {
        try
        {
            _cpus = ConntrackCounterText.Parse(File.ReadAllText(ConntrackKernel.CounterFile));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _missing.Add(Missing("the counters of connection tracking", isNetlinkMissing));
        }

        _expected = CountExpectations();
        if (_expected is null)
        {
            _missing.Add(Missing("the number of expected connections", isNetlinkMissing));
        }
    }

    private static MissingObservation Missing(string what, bool isNetlinkMissing) => isNetlinkMissing
        ? ConntrackKernel.NoNetlink(what)
        : new MissingObservation { What = what, Why = Privilege, Remedy = "Run as root (sudo pwsh), or give the process CAP_NET_ADMIN." };

    private static long? CountExpectations()
    {
        try
        {
            return File.ReadLines(ConntrackKernel.ExpectationFile).LongCount();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private ConntrackStats[] Build(in ObservationStamp stamp, bool perCpu)
    {
        var count = _count ?? ConntrackSettings.Number("nf_conntrack_count");
        var max = _max ?? ConntrackSettings.Number("nf_conntrack_max");
        var total = Fill(Stamp(stamp), _cpus) with
        {
            Count = count,
            Max = max,
            UsagePercent = count is { } used && max is > 0 and var limit ? Math.Round(100.0 * used / limit, 2) : null,
            Buckets = ConntrackSettings.Number("nf_conntrack_buckets"),
            ExpectationCount = _expected,
            ExpectationMax = ConntrackSettings.Number("nf_conntrack_expect_max"),
            Accounting = ConntrackSettings.Switch("nf_conntrack_acct"),
            TcpBeLiberal = ConntrackSettings.Switch("nf_conntrack_tcp_be_liberal"),
            TcpLoose = ConntrackSettings.Switch("nf_conntrack_tcp_loose"),
            Timeouts = ConntrackSettings.Timeouts(),
            NotObserved = [.. _missing],
        };
        if (!perCpu)
        {
            return [total];
        }

        var all = new ConntrackStats[_cpus.Count + 1];
        for (var i = 0; i < _cpus.Count; i++)
        {
            all[i] = Fill(Stamp(stamp), [_cpus[i]]) with { Cpu = _cpus[i].Cpu };
        }

        all[^1] = total;
        return all;
    }

    private static ConntrackStats Fill(ConntrackStats stats, List<ConntrackCpuCounters> cpus) => stats with
    {
        IsAvailable = true,
        Found = Sum(cpus, ConntrackCounter.Found),
        Invalid = Sum(cpus, ConntrackCounter.Invalid),
        Insert = Sum(cpus, ConntrackCounter.Insert),
        InsertFailed = Sum(cpus, ConntrackCounter.InsertFailed),
        Drop = Sum(cpus, ConntrackCounter.Drop),
        EarlyDrop = Sum(cpus, ConntrackCounter.EarlyDrop),
        Error = Sum(cpus, ConntrackCounter.Error),
        SearchRestart = Sum(cpus, ConntrackCounter.SearchRestart),
        ClashResolve = Sum(cpus, ConntrackCounter.ClashResolve),
        ChainTooLong = Sum(cpus, ConntrackCounter.ChainTooLong),
        ExpectationsMatched = Sum(cpus, ConntrackCounter.ExpectationNew),
        ExpectationsCreated = Sum(cpus, ConntrackCounter.ExpectationCreate),
        ExpectationsDeleted = Sum(cpus, ConntrackCounter.ExpectationDelete),
    };

    private static long Sum(List<ConntrackCpuCounters> cpus, ConntrackCounter counter)
    {
        long sum = 0;
        foreach (var cpu in cpus)
        {
            sum += cpu[counter];
        }

        return sum;
    }
}
