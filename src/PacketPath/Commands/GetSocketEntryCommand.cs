using System.Management.Automation;
using PacketPath.Binding;
using PacketPath.HostState;

namespace PacketPath.Commands;

/// <summary>Lists TCP, UDP and raw sockets with their queues, timers, memory and owning process, or finds the socket that a connection attempt is about.</summary>
[Cmdlet(VerbsCommon.Get, "SocketEntry", DefaultParameterSetName = "Filter")]
[OutputType(typeof(SocketEntry))]
public sealed class GetSocketEntryCommand : HostCmdlet
{
    /// <summary>The local addresses, or prefixes such as <c>10.0.0.0/8</c>. An IPv4 one also finds sockets that carry it as a mapped IPv6 address.</summary>
    [Parameter(Position = 0, ParameterSetName = "Filter")]
    [ValidateNotNullOrEmpty]
    public string[]? LocalAddress { get; set; }

    /// <summary>The local ports.</summary>
    [Parameter(Position = 1, ParameterSetName = "Filter")]
    [ValidateRange(0, 65535)]
    [ArgumentCompleter(typeof(SocketPortCompleter))]
    public int[]? LocalPort { get; set; }

    /// <summary>The remote addresses, or prefixes.</summary>
    [Parameter(Position = 2, ParameterSetName = "Filter")]
    [ValidateNotNullOrEmpty]
    public string[]? RemoteAddress { get; set; }

    /// <summary>The remote ports.</summary>
    [Parameter(Position = 3, ParameterSetName = "Filter")]
    [ValidateRange(0, 65535)]
    [ArgumentCompleter(typeof(SocketPortCompleter))]
    public int[]? RemotePort { get; set; }

    /// <summary>The states. Default: all but Bound, which is a socket with a port that neither listens nor is connected.</summary>
    [Parameter(ParameterSetName = "Filter")]
    public SocketState[]? State { get; set; }

    /// <summary>The kinds: Tcp, Udp, Raw. Default: all three.</summary>
    [Parameter(ParameterSetName = "Filter")]
    [ValidateSet("Tcp", "Udp", "Raw")]
    public string[]? Protocol { get; set; }

    /// <summary>The processes that hold the sockets, by id or name; wildcards are permitted in names. A process object may be piped in.</summary>
    [Parameter(ParameterSetName = "Filter", ValueFromPipelineByPropertyName = true)]
    [Alias("Id", "ProcessId")]
    [ArgumentCompleter(typeof(SocketProcessCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? OwningProcess { get; set; }

    /// <summary>The interfaces the sockets are bound to. A socket bound to none is not among them.</summary>
    [Parameter(ParameterSetName = "Filter")]
    [Alias("ifAlias")]
    [ArgumentCompleter(typeof(InterfaceAliasCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? InterfaceAlias { get; set; }

    /// <summary>Show IPv4 sockets only. A listener for both families is an IPv6 socket.</summary>
    [Parameter(ParameterSetName = "Filter")]
    public SwitchParameter IPv4 { get; set; }

    /// <summary>Show IPv6 sockets only.</summary>
    [Parameter(ParameterSetName = "Filter")]
    public SwitchParameter IPv6 { get; set; }

    /// <summary>A result of Test-SynPath, live or from a job, a file or a remote session. Where its target's address is one of the namespace looked into: the listener that answers for it. Elsewhere: the attempt's own socket. Where there is none, an object with State Absent, and after it the listeners of that port that are bound elsewhere.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Flow", ValueFromPipeline = true)]
    [SynPathTransformation]
    public SynPathResult? InputObject { get; set; }

    /// <summary>Do without the owning processes: /proc is not walked.</summary>
    [Parameter]
    public SwitchParameter NoProcess { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == "Flow")
        {
            Look(InputObject!.TargetName, () => WriteFlow(InputObject));
            return;
        }

        Look(OwningProcess ?? (object?)LocalAddress ?? RemoteAddress, () =>
        {
            var question = new SocketQuestion(this);
            var table = Table(SocketTable.Open);
            var query = question.Read(table.InterfaceIndex, OpenNamespace().Label);
            foreach (var problem in question.Problems)
            {
                WriteProblem(problem, problem.ErrorId, problem.Category, problem.Target, problem.Advice);
            }

            if (query is null)
            {
                return;
            }

            foreach (var socket in table.List(query, StopToken))
            {
                WriteObject(socket);
            }

            Report(table);
        });
    }

    private void WriteFlow(SynPathResult result)
    {
        if (!System.Net.IPAddress.TryParse(result.RemoteAddress, out _))
        {
            WriteProblem(new ArgumentException($"'{result.RemoteAddress}' is not an address."), "MalformedAddress", ErrorCategory.InvalidArgument, result, "Pipe a result of Test-SynPath.");
            return;
        }

        var table = Table(SocketTable.Open);
        foreach (var socket in new SocketLookup(OpenNamespace(), table, Table(RouteTable.Open)).Find(result, NoProcess, StopToken))
        {
            WriteObject(socket);
        }

        Report(table);
    }

    private void Report(SocketTable table)
    {
        foreach (var missing in table.Missing)
        {
            WriteProblem(
                new NotSupportedException($"{missing.What} cannot be listed: {missing.Why}."),
                "SocketDiagMissing",
                ErrorCategory.NotInstalled,
                OpenNamespace().Label,
                missing.Remedy);
        }

        if (table.ProcessesDenied > 0 && OwningProcess is not null)
        {
            WriteProblem(
                new UnauthorizedAccessException($"{table.ProcessesDenied} of the processes asked for did not let their descriptors be read: whose sockets are theirs cannot be told."),
                "ProcessNotReadable",
                ErrorCategory.PermissionDenied,
                string.Join(", ", OwningProcess),
                "Run as root, or with CAP_SYS_PTRACE.");
        }
        else if (table.ProcessesDenied > 0)
        {
            WriteVerbose($"{table.ProcessesDenied} processes did not let their descriptors be read: sockets of theirs are shown without a process.");
        }
    }
}
