using System.Management.Automation;
using PacketPath.Binding;
using PacketPath.HostState;

namespace PacketPath.Commands;

/// <summary>Tells the state of network interfaces: link, carrier, MTU, addresses, driver, queues and counters.</summary>
[Cmdlet(VerbsCommon.Get, "PacketInterface")]
[OutputType(typeof(PacketInterface))]
public sealed class GetPacketInterfaceCommand : HostCmdlet
{
    /// <summary>The interfaces' names or alternative names; wildcards are permitted. A name that is not there gives an error, a pattern that matches none gives nothing. Default: every interface.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [NotEvidence]
    [Alias("Name", "ifAlias")]
    [ArgumentCompleter(typeof(InterfaceAliasCompleter))]
    [SupportsWildcards]
    public string?[]? InterfaceAlias { get; set; }

    /// <summary>The interfaces' indexes.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("ifIndex")]
    public int[]? InterfaceIndex { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // A piped object about no interface, such as a blackhole route.
        if (Array.TrueForAll(InterfaceIndex ?? [-1], static index => index == 0) && InterfaceAlias is null or [null])
        {
            return;
        }

        var names = new NameFilter(InterfaceAlias!);
        Look(InterfaceAlias ?? (object?)InterfaceIndex, () =>
        {
            var table = Table(InterfaceTable.Open);
            if (InterfaceIndex is not null)
            {
                WriteByIndex(table, names);
            }
            else if (!names.IsEmpty && names.IsLiteral)
            {
                WriteByName(table, names);
            }
            else
            {
                WriteAll(table, names);
            }
        });
    }

    private void WriteByIndex(InterfaceTable table, NameFilter names)
    {
        foreach (var index in InterfaceIndex!)
        {
            if (table.Find(index, StopToken) is not { } found)
            {
                WriteNotFound($"There is no interface with index {index}", index, table);
            }
            else if (Matches(found, names))
            {
                WriteObject(found);
            }
        }
    }

    private void WriteByName(InterfaceTable table, NameFilter names)
    {
        foreach (var name in names.Literals)
        {
            if (table.Find(name, StopToken) is { } found)
            {
                WriteObject(found);
            }
            else
            {
                WriteNotFound($"There is no interface '{name}'", name, table);
            }
        }
    }

    private void WriteAll(InterfaceTable table, NameFilter names)
    {
        var all = table.List(StopToken);
        foreach (var found in all.Where(found => Matches(found, names)))
        {
            WriteObject(found);
        }

        foreach (var name in names.Literals.Where(name => !all.Any(found => found.InterfaceAlias == name || found.AlternativeNames.Contains(name))))
        {
            WriteNotFound($"There is no interface '{name}'", name, table);
        }

        if (table.Interrupted)
        {
            WriteWarning("The interfaces kept changing while they were read: some may be missing or shown twice.");
        }
    }

    private static bool Matches(PacketInterface found, NameFilter names) =>
        names.Matches(found.InterfaceAlias) || found.AlternativeNames.Any(names.Matches);

    private void WriteNotFound(string what, object target, InterfaceTable table)
    {
        var known = string.Join(", ", table.Links(statistics: false, StopToken).Select(static link => link.Name).Take(20));
        WriteProblem(
            new ItemNotFoundException($"{what} in the network namespace {OpenNamespace().Label}."),
            "InterfaceNotFound",
            ErrorCategory.ObjectNotFound,
            target,
            $"The interfaces there are: {known}.");
    }
}
