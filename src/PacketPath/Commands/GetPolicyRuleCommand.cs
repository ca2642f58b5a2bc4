using System.Management.Automation;
using PacketPath.Binding;
using PacketPath.HostState;

namespace PacketPath.Commands;

/// <summary>Lists the policy routing rules, in the order the kernel follows them.</summary>
[Cmdlet(VerbsCommon.Get, "PolicyRule")]
[OutputType(typeof(PolicyRule))]
public sealed class GetPolicyRuleCommand : HostCmdlet
{
    /// <summary>The priorities of the rules to show. Default: all of them.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    public long[]? Priority { get; set; }

    /// <summary>The tables that the rules to show consult, by name or number. Default: all of them.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(RouteTableCompleter))]
    public string[]? Table { get; set; }

    /// <summary>The family to show. Default: both.</summary>
    [Parameter]
    public AddressFamily? AddressFamily { get; set; }

    /// <summary>Show IPv4 rules only.</summary>
    [Parameter]
    public SwitchParameter IPv4 { get; set; }

    /// <summary>Show IPv6 rules only.</summary>
    [Parameter]
    public SwitchParameter IPv6 { get; set; }

    private AddressFamily? Family =>
        AddressFamily ?? (IPv4 == IPv6 ? null : IPv4 ? PacketPath.AddressFamily.IPv4 : PacketPath.AddressFamily.IPv6);

    /// <inheritdoc/>
    protected override void ProcessRecord() => Look(Priority, () =>
    {
        var tables = RouteTableNames.Read(Table, unknown => WriteProblem(unknown, "TableNotFound", ErrorCategory.ObjectNotFound, unknown.Target, unknown.Advice));
        var table = Table(RuleTable.Open);
        foreach (var rule in table.List(Family, StopToken))
        {
            if (tables?.Contains(rule.TableId) != false && (Priority is null || Array.IndexOf(Priority, rule.Priority) >= 0))
            {
                WriteObject(rule);
            }
        }

        if (table.Interrupted)
        {
            WriteWarning("The rules kept changing while they were read: some may be missing or shown twice.");
        }
    });
}
