using System.Collections;
using System.Management.Automation;
using System.Reflection;
using PacketPath.Labs;

namespace PacketPath.Binding;

/// <summary>Runs a lab's pipeline text in the caller's own runspace, with every command of the module pointed at the vantage.</summary>
internal sealed class LabEngine
{
    private readonly object _gate = new();
    private PowerShell? _running;

    public LabPipelineOutput Run(LabSite site, CancellationToken stop)
    {
        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        shell.AddScript("param($Vantage, $Nodes, $PSDefaultParameterValues)\n" + site.Scenario.Pipeline, useLocalScope: true)
            .AddParameter("Vantage", site.Vantage)
            .AddParameter("Nodes", new Hashtable(site.Nodes.ToDictionary(n => n.Key, n => n.Value)))
            .AddParameter("PSDefaultParameterValues", Defaults(site.Vantage));
        var output = new List<object>();
        var errors = new List<string>();
        var late = false;
        try
        {
            Current(shell);
            using var deadline = new Timer(_ => late = Stop(), null, TimeSpan.FromSeconds(site.Scenario.TimeoutSeconds), Timeout.InfiniteTimeSpan);
            output.AddRange(shell.Invoke().Where(o => o is not null).Select(o => o.BaseObject is PSCustomObject ? o : o.BaseObject));
        }
        catch (RuntimeException e) when (!stop.IsCancellationRequested)
        {
            errors.Add(e.Message);
        }
        finally
        {
            Current(null);
        }

        errors.AddRange(shell.Streams.Error.Select(e => e.ToString()));
        if (late)
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

    /// <summary>Ends the pipeline that runs, if one does; does not wait for it.</summary>
    public bool Stop()
    {
        lock (_gate)
        {
            _running?.BeginStop(null, null);
            return _running is not null;
        }
    }

    private void Current(PowerShell? shell)
    {
        lock (_gate)
        {
            _running = shell;
        }
    }

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
        ?? (item is PSObject { TypeNames: [var name, ..] } && name == "Deserialized." + typeof(PacketFailure).FullName
            ? LanguagePrimitives.ConvertTo<PacketFailure>(item)
            : null);
}
