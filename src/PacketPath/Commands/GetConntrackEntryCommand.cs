using System.Management.Automation;
using PacketPath.Binding;
using PacketPath.HostState;
using PacketPath.Targets;

namespace PacketPath.Commands;

/// <summary>Lists tracked connections with their translations, states and flags, or finds that of one flow.</summary>
[Cmdlet(VerbsCommon.Get, "ConntrackEntry", DefaultParameterSetName = "Table")]
[OutputType(typeof(ConntrackEntry))]
public sealed class GetConntrackEntryCommand : HostCmdlet
{
    /// <summary>Sources of the first packet: addresses, or prefixes such as <c>10.0.0.0/8</c>.</summary>
    [Parameter(Position = 0, ParameterSetName = "Table")]
    [ValidateNotNullOrEmpty]
    public string[]? SourceAddress { get; set; }

    /// <summary>Destinations of the first packet, before any translation: addresses or prefixes.</summary>
    [Parameter(Position = 1, ParameterSetName = "Table")]
    [ValidateNotNullOrEmpty]
    public string[]? DestinationAddress { get; set; }

    /// <summary>Source ports of the first packet.</summary>
    [Parameter(ParameterSetName = "Table")]
    [ValidateRange(0, 65535)]
    public int[]? SourcePort { get; set; }

    /// <summary>Destination ports of the first packet.</summary>
    [Parameter(ParameterSetName = "Table")]
    [ValidateRange(0, 65535)]
    public int[]? DestinationPort { get; set; }

    /// <summary>Where answers are expected from, which is the translated destination: addresses or prefixes.</summary>
    [Parameter(ParameterSetName = "Table")]
    [ValidateNotNullOrEmpty]
    public string[]? ReplySourceAddress { get; set; }

    /// <summary>Where answers are expected to go, which is the translated source: addresses or prefixes.</summary>
    [Parameter(ParameterSetName = "Table")]
    [ValidateNotNullOrEmpty]
    public string[]? ReplyDestinationAddress { get; set; }

    /// <summary>The transport protocols. Default: all; for one flow Tcp.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public TransportProtocol[]? Protocol { get; set; }

    /// <summary>The states. Entries of protocols without states have the state None.</summary>
    [Parameter(ParameterSetName = "Table")]
    public ConntrackState[]? State { get; set; }

    /// <summary>Flags that an entry must have, all of them.</summary>
    [Parameter(ParameterSetName = "Table")]
    public ConntrackStatus Status { get; set; }

    /// <summary>Flags that an entry must not have: SeenReply for connections that nobody answered.</summary>
    [Parameter(ParameterSetName = "Table")]
    public ConntrackStatus WithoutStatus { get; set; }

    /// <summary>Which end must be translated: Source, Destination, or both.</summary>
    [Parameter(ParameterSetName = "Table")]
    public ConntrackNat NatType { get; set; }

    /// <summary>The connection's mark, with a mask where only some bits count: <c>7</c>, <c>0x10</c>, <c>0x10/0xff</c>.</summary>
    [Parameter(ParameterSetName = "Table")]
    [ValidateNotNullOrEmpty]
    public string? Mark { get; set; }

    /// <summary>The zone.</summary>
    [Parameter]
    [ValidateRange(0, 65535)]
    public int Zone { get; set; }

    /// <summary>Show IPv4 connections only.</summary>
    [Parameter(ParameterSetName = "Table")]
    public SwitchParameter IPv4 { get; set; }

    /// <summary>Show IPv6 connections only.</summary>
    [Parameter(ParameterSetName = "Table")]
    public SwitchParameter IPv6 { get; set; }

    /// <summary>The flow's address on this side. A result of Test-SynPath has it.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Flow", ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    public string? LocalAddress { get; set; }

    /// <summary>The flow's port on this side.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Flow", ValueFromPipelineByPropertyName = true)]
    [ValidateRange(0, 65535)]
    public int LocalPort { get; set; }

    /// <summary>The flow's address on the other side.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Flow", ValueFromPipelineByPropertyName = true)]
    public string? RemoteAddress { get; set; }

    /// <summary>The flow's port on the other side.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Flow", ValueFromPipelineByPropertyName = true)]
    [ValidateRange(0, 65535)]
    public int RemotePort { get; set; }

    /// <summary>The computer that observed the flow; one of another computer is refused, because it is not tracked here.</summary>
    [Parameter(ParameterSetName = "Flow", ValueFromPipelineByPropertyName = true)]
    public string? ComputerName { get; set; }

    internal ushort? AskedZone => MyInvocation.BoundParameters.ContainsKey(nameof(Zone)) ? (ushort)Zone : null;

    /// <inheritdoc/>
    protected override void ProcessRecord() => Look(RemoteAddress ?? SourceAddress ?? (object?)DestinationAddress, () =>
    {
        var table = Table(ConntrackTable.Open);
        try
        {
            foreach (var entry in ParameterSetName == "Flow" ? ConntrackQuestion.Find(this, table, StopToken) : table.List(ConntrackQuestion.Ask(this), StopToken))
            {
                WriteObject(entry);
            }

            if (table.Missing is { } missing)
            {
                WriteWarning($"{missing.What}: {missing.Why}. {missing.Remedy}");
            }
        }
        catch (TargetException problem)
        {
            WriteProblem(problem, "Target" + problem.Problem, ErrorCategory.InvalidArgument, problem.Target, problem.Advice);
        }
        catch (ConntrackUnreadableException unreadable)
        {
            WriteProblem(unreadable, "ConntrackNotReadable", ErrorCategory.PermissionDenied, OpenNamespace().Label, unreadable.Remedy);
        }
    });
}
