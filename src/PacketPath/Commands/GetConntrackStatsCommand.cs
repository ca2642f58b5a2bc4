using System.Diagnostics;
using System.Management.Automation;
using PacketPath.Binding;
using PacketPath.HostState;
using PacketPath.HostState.Conntrack;

namespace PacketPath.Commands;

/// <summary>Reads the counters of connection tracking, how full its table is and the timeouts in force, or tells how they change.</summary>
[Cmdlet(VerbsCommon.Get, "ConntrackStats")]
[OutputType(typeof(ConntrackStats))]
public sealed class GetConntrackStatsCommand : HostCmdlet
{
    /// <summary>Also writes one object for each CPU, before the total.</summary>
    [Parameter]
    public SwitchParameter PerCpu { get; set; }

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
    protected override void ProcessRecord() => Look(NetNamespace, () =>
    {
        var table = Table(ConntrackTable.Open);
        if (IsSampling)
        {
            WriteSamples(table);
        }
        else
        {
            WriteObject(table.ReadStats(PerCpu, StopToken), enumerateCollection: true);
        }
    });

    private void WriteSamples(ConntrackTable table)
    {
        var interval = TimeSpan.FromSeconds(IntervalSeconds > 0 ? IntervalSeconds : 1);
        var started = Stopwatch.GetTimestamp();
        var before = table.ReadStats(PerCpu, StopToken);
        for (var sample = 1; SampleCount == 0 || sample <= SampleCount; sample++)
        {
            var wait = (interval * sample) - Stopwatch.GetElapsedTime(started);
            if (wait > TimeSpan.Zero)
            {
                StopToken.WaitHandle.WaitOne(wait);
            }

            StopToken.ThrowIfCancellationRequested();
            var after = table.ReadStats(PerCpu, StopToken);
            foreach (var stats in after)
            {
                // A CPU that came meanwhile has nothing to compare with.
                if (Array.Find(before, other => other.Cpu == stats.Cpu) is { } earlier)
                {
                    WriteObject(ConntrackDifference.Of(earlier, stats));
                }
            }

            before = after;
        }
    }
}
