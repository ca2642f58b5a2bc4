using System.Diagnostics;
using System.Management.Automation;
using PacketPath.Binding;
using PacketPath.HostState.Queues;

namespace PacketPath.Commands;

/// <summary>Tells where packets wait and where they are lost on this host: queuing disciplines, classes, interfaces and their queues, processors' backlogs, protocols.</summary>
[Cmdlet(VerbsCommon.Get, "QueueStats")]
[OutputType(typeof(QueueStats))]
public sealed class GetQueueStatsCommand : HostCmdlet
{
    private readonly List<(string? NetNamespace, string[]? Names)> _asked = [];

    /// <summary>The interfaces' names or alternative names; wildcards are permitted. With it, rows that belong to no interface are left out, unless -Kind asks for them. Default: every interface.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("ifAlias")]
    [ArgumentCompleter(typeof(InterfaceAliasCompleter))]
    [SupportsWildcards]
    public string?[]? InterfaceAlias { get; set; }

    /// <summary>The kinds of rows. Default: every kind.</summary>
    [Parameter]
    public QueueKind[]? Kind { get; set; }

    /// <summary>Every row. Default: only those with something to say: a counter of drops or errors that is not zero, or packets waiting; for samples, one that rose during the interval; and the disciplines and classes such a row hangs on.</summary>
    [Parameter]
    public SwitchParameter All { get; set; }

    /// <summary>Reads again after so many seconds, as often as -SampleCount says, and tells what changed. Default: 1 where -SampleCount is given, else one reading and no changes.</summary>
    [Parameter]
    [ValidateRange(0.05, 86400)]
    public double IntervalSeconds { get; set; }

    /// <summary>How many samples to take; 0 for as many as there is time for until the pipeline is stopped. Default: 1.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int SampleCount { get; set; } = 1;

    private bool IsSampling => IntervalSeconds > 0 || MyInvocation.BoundParameters.ContainsKey(nameof(SampleCount));

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // A piped object about no interface, such as a blackhole route.
        if (InterfaceAlias is [null or ""] || (InterfaceAlias is null && MyInvocation.BoundParameters.ContainsKey(nameof(InterfaceAlias))))
        {
            return;
        }

        var names = InterfaceAlias?.OfType<string>().ToArray();
        if (IsSampling)
        {
            _asked.Add((NetNamespace, names));
        }
        else
        {
            Look(InterfaceAlias, () => Write(Read(names, isFirst: true).Rows));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        // Interfaces that were piped in one by one are sampled together.
        foreach (var group in _asked.GroupBy(static asked => asked.NetNamespace))
        {
            NetNamespace = group.Key;
            var names = group.Any(static asked => asked.Names is null) ? null : group.SelectMany(static asked => asked.Names!).Distinct().ToArray();
            Look(names, () => WriteSamples(names));
        }
    }

    private void WriteSamples(string[]? names)
    {
        var interval = TimeSpan.FromSeconds(IntervalSeconds > 0 ? IntervalSeconds : 1);
        var started = Stopwatch.GetTimestamp();
        var before = Read(names, isFirst: true);
        for (var sample = 1; SampleCount == 0 || sample <= SampleCount; sample++)
        {
            var wait = (interval * sample) - Stopwatch.GetElapsedTime(started);
            if (wait > TimeSpan.Zero)
            {
                StopToken.WaitHandle.WaitOne(wait);
            }

            StopToken.ThrowIfCancellationRequested();
            var after = Read(names, isFirst: false);
            Write(QueueChanges.Between(before, after, sample));
            before = after;
        }
    }

    private QueueReading Read(string[]? names, bool isFirst)
    {
        var filter = new NameFilter(names);
        var query = new QueueQuery { Kinds = Kind ?? [], Interface = filter.Matches, OnlyInterfaces = !filter.IsEmpty };
        var reading = Table(QueueCounters.Open).Read(query, StopToken);
        if (isFirst)
        {
            WriteProblems(reading, filter);
        }

        if (reading.Interrupted)
        {
            WriteWarning("The queues changed again and again while they were read: some may be missing or shown twice.");
        }

        return reading;
    }

    private void Write(IEnumerable<QueueStats> rows)
    {
        foreach (var row in All ? rows : QueueChanges.Telling(rows))
        {
            StopToken.ThrowIfCancellationRequested();
            WriteObject(row);
        }
    }

    private void WriteProblems(QueueReading reading, NameFilter filter)
    {
        foreach (var name in filter.Literals.Where(name => reading.InterfaceNames.Count > 0 && !reading.InterfaceNames.Contains(name)))
        {
            WriteProblem(
                new ItemNotFoundException($"There is no interface '{name}' in the network namespace {OpenNamespace().Label}."),
                "InterfaceNotFound",
                ErrorCategory.ObjectNotFound,
                name,
                $"The interfaces there are: {string.Join(", ", reading.InterfaceNames.Take(20))}.");
        }

        foreach (var missing in reading.Missing)
        {
            WriteProblem(
                new InvalidOperationException($"Not read: {missing.What}: {missing.Why}."),
                "QueueStatsNotReadable",
                ErrorCategory.ResourceUnavailable,
                OpenNamespace().Label,
                missing.Remedy);
        }
    }
}
