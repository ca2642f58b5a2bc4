using System.Management.Automation;
using PacketPath.Binding;
using PacketPath.HostState;
using PacketPath.Interop;

namespace PacketPath.Commands;

/// <summary>Lists the neighbor tables (ARP and Neighbor Discovery), or looks up the next hop of a route.</summary>
[Cmdlet(VerbsCommon.Get, "NeighborEntry", DefaultParameterSetName = "Table")]
[OutputType(typeof(NeighborEntry))]
public sealed class GetNeighborEntryCommand : HostCmdlet
{
    /// <summary>The neighbors' addresses, complete or as patterns (<c>10.0.0.*</c>). A complete address without an entry gives an object whose State is Absent. A link-local address may name its interface: <c>fe80::1%eth0</c>.</summary>
    [Parameter(Position = 0, ParameterSetName = "Table", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [NotEvidence]
    [ArgumentCompleter(typeof(NeighborAddressCompleter))]
    [SupportsWildcards]
    public string[]? IPAddress { get; set; }

    /// <summary>The interfaces' names; wildcards are permitted. A name that is not there gives an error.</summary>
    [Parameter(ParameterSetName = "Table", ValueFromPipelineByPropertyName = true)]
    [Alias("ifAlias")]
    [ArgumentCompleter(typeof(InterfaceAliasCompleter))]
    [SupportsWildcards]
    public string[]? InterfaceAlias { get; set; }

    /// <summary>The interfaces' indexes.</summary>
    [Parameter(ParameterSetName = "Table", ValueFromPipelineByPropertyName = true)]
    [Alias("ifIndex")]
    public int[]? InterfaceIndex { get; set; }

    /// <summary>The link-layer addresses; wildcards are permitted, and hyphens stand for colons.</summary>
    [Parameter(ParameterSetName = "Table")]
    [SupportsWildcards]
    public string[]? LinkLayerAddress { get; set; }

    /// <summary>The states to show. Default: all but NotRequired and Absent.</summary>
    [Parameter(ParameterSetName = "Table")]
    public NeighborState[]? State { get; set; }

    /// <summary>Show IPv4 neighbors only.</summary>
    [Parameter(ParameterSetName = "Table")]
    public SwitchParameter IPv4 { get; set; }

    /// <summary>Show IPv6 neighbors only.</summary>
    [Parameter(ParameterSetName = "Table")]
    public SwitchParameter IPv6 { get; set; }

    /// <summary>Asks the link who has each address shown, by ARP or Neighbor Discovery, and writes the answers beside the entry: its Answers. Takes up to 0.2 seconds for 256 entries, and needs CAP_NET_RAW.</summary>
    [Parameter]
    public SwitchParameter Verify { get; set; }

    /// <summary>A route, from Get-PacketRoute, live or from a job, a file or a remote session: its next hop's entry is looked up on its interface. A route that another computer observed is refused: its neighbors are not this computer's.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Route", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [RouteTransformation]
    public PacketRoute? Route { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == "Route")
        {
            Look(Route!.RemoteAddress, () => WriteNextHop(Route));
            return;
        }

        Look(IPAddress ?? (object?)InterfaceAlias ?? InterfaceIndex, () =>
        {
            var query = new NeighborQuery(IPAddress, InterfaceAlias, InterfaceIndex, LinkLayerAddress, State, IPv4, IPv6);
            foreach (var problem in query.Problems)
            {
                WriteProblem(problem, "MalformedAddress", ErrorCategory.InvalidArgument, problem.Target, problem.Advice);
            }

            var table = Table(NeighborTable.Open);
            foreach (var entry in Shown(query.Run(table, StopToken)))
            {
                WriteObject(entry);
            }

            foreach (var name in query.UnknownInterfaces)
            {
                WriteProblem(
                    new ItemNotFoundException($"There is no interface '{name}' in the network namespace {OpenNamespace().Label}."),
                    "InterfaceNotFound",
                    ErrorCategory.ObjectNotFound,
                    name,
                    "Get-PacketInterface lists those there are.");
            }

            if (table.Interrupted)
            {
                WriteWarning("The neighbor table changed while it was read: some entries may be missing or shown twice.");
            }
        });
    }

    private void WriteNextHop(PacketRoute route)
    {
        if (route.ComputerName.Length > 0 && route.ComputerName != Environment.MachineName)
        {
            WriteProblem(
                new InvalidOperationException($"The route to {route.RemoteAddress} was observed on {route.ComputerName}; this is {Environment.MachineName}, whose neighbors are others."),
                "RouteOfAnotherHost",
                ErrorCategory.InvalidArgument,
                route,
                $"Run Get-NeighborEntry on {route.ComputerName}.");
        }
        else if (route.NeighborAddress is null || route.InterfaceIndex == 0)
        {
            WriteVerbose($"The route to {route.RemoteAddress} needs no neighbor: {route.Outcome}, interface {route.InterfaceAlias ?? "none"}.");
        }
        else
        {
            var entry = Table(NeighborTable.Open).Find(System.Net.IPAddress.Parse(route.NeighborAddress), route.InterfaceIndex, StopToken);
            WriteObject(Shown([entry]), enumerateCollection: true);
        }
    }

    private IEnumerable<NeighborEntry> Shown(IEnumerable<NeighborEntry> entries) => Verify
        ? new NeighborVerification(OpenNamespace(), Table(InterfaceTable.Open), TellUnverified).Of(entries, StopToken)
        : entries;

    private void TellUnverified(LinuxException failure, NeighborEntry entry) => WriteProblem(
        failure,
        "LinkNotAsked",
        failure.Errno is Errno.EPERM or Errno.EACCES ? ErrorCategory.PermissionDenied : ErrorCategory.ResourceUnavailable,
        entry.IPAddress,
        "Asking the link needs CAP_NET_RAW: run as root. The entries are written without Answers.");
}
