using System.Collections;
using System.Diagnostics;
using System.Management.Automation;
using System.Reflection;
using PacketPath.Labs;

namespace PacketPath.Binding;

/// <summary>Runs a lab's pipeline text in the caller's own runspace, with every command of the module pointed at the vantage.</summary>
internal sealed class LabEngine
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(25);

    public LabPipelineOutput Run(LabSite site, CancellationToken stop)
    {
        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        shell.AddScript("param($Vantage, $Nodes, $LabAuthority, $Captures, $PSDefaultParameterValues)\n" + site.Scenario.Pipeline, useLocalScope: true)
            .AddParameter("Vantage", site.Vantage)
            .AddParameter("Nodes", new Hashtable(site.Nodes.ToDictionary(n => n.Key, n => n.Value)))
            .AddParameter("LabAuthority", site.AuthorityPath)
            .AddParameter("Captures", site.Captures)
            .AddParameter("PSDefaultParameterValues", Defaults(site.Vantage));
        var output = new List<object>();
        var errors = new List<string>();
        var watch = new Watch(shell, TimeSpan.FromSeconds(site.Scenario.TimeoutSeconds), stop);
        try
        {
            output.AddRange(shell.Invoke().Where(o => o is not null).Select(o => o.BaseObject is PSCustomObject ? o : o.BaseObject));
        }
        catch (RuntimeException e) when (!stop.IsCancellationRequested)
        {
            errors.Add(e.Message);
        }
        finally
        {
            watch.Dispose();
        }

        errors.AddRange(shell.Streams.Error.Select(e => e.ToString()));
        if (watch.IsLate)
        {
            return new LabPipelineOutput(output, null, [$"It did not end within {site.Scenario.TimeoutSeconds} s.", .. errors]);
        }

        return new LabPipelineOutput(output, output.Select(AsVerdict).LastOrDefault(v => v is { IsPrimary: true }), errors);
    }

    /// <summary>Shows objects on the host, each run of one type in a view of its own: one stream of many types would take the first one's.</summary>
    public void Display(IReadOnlyList<object> objects)
    {
        for (var start = 0; start < objects.Count;)
        {
            var type = TypeOf(objects[start]);
            var alike = objects.Skip(start).TakeWhile(o => TypeOf(o) == type).ToArray();
            using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
            shell.AddCommand("Out-Default").Invoke(alike);
            start += alike.Length;
        }
    }

    private static string TypeOf(object item) => PSObject.AsPSObject(item).TypeNames.FirstOrDefault() ?? "";

    private static DefaultParameterDictionary Defaults(string vantage)
    {
        var defaults = new DefaultParameterDictionary();
        foreach (var type in typeof(LabEngine).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(HostCmdlet))))
        {
            if (type.GetCustomAttribute<CmdletAttribute>() is { } cmdlet)
            {
                defaults[$"{cmdlet.VerbName}-{cmdlet.NounName}:{nameof(HostCmdlet.NetNamespace)}"] = vantage;
            }
        }

        return defaults;
    }

    /// <summary>A verdict, live or brought back by deserialization.</summary>
    private static PacketFailure? AsVerdict(object item) =>
        item as PacketFailure
        ?? (item as PacketTrace)?.Verdict
        ?? (item is PSObject { TypeNames: [var name, ..] } && name == "Deserialized." + typeof(PacketFailure).FullName
            ? LanguagePrimitives.ConvertTo<PacketFailure>(item)
            : null);

    /// <summary>Ends a pipeline when its time is up or its caller is stopped. A request that comes before the pipeline runs is lost, so it is repeated.</summary>
    private sealed class Watch : IDisposable
    {
        private readonly object _gate = new();
        private readonly Stopwatch _clock = Stopwatch.StartNew();
        private readonly PowerShell _shell;
        private readonly TimeSpan _limit;
        private readonly CancellationToken _stop;
        private readonly Timer _timer;
        private bool _over;

        public Watch(PowerShell shell, TimeSpan limit, CancellationToken stop)
        {
            _shell = shell;
            _limit = limit;
            _stop = stop;
            _timer = new Timer(_ => Look(), null, WatchInterval, WatchInterval);
        }

        public bool IsLate { get; private set; }

        public void Dispose()
        {
            lock (_gate)
            {
                _over = true;
                _timer.Dispose();
            }
        }

        private void Look()
        {
            lock (_gate)
            {
                if (_over)
                {
                    return;
                }

                IsLate = _clock.Elapsed > _limit;
                if (IsLate || _stop.IsCancellationRequested)
                {
                    _shell.BeginStop(null, null);
                }
            }
        }
    }
}
