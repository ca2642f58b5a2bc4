using System.Management.Automation;
using PacketPath.Binding;
using PacketPath.HostState;
using PacketPath.Targets;

namespace PacketPath.Commands;

/// <summary>Tells how the kernel routes packets to a destination, which policy rule and table entry decide that, and which entries lost.</summary>
[Cmdlet(VerbsCommon.Get, "PacketRoute", DefaultParameterSetName = LookupSet)]
[OutputType(typeof(PacketRoute))]
public sealed class GetPacketRouteCommand : HostCmdlet
{
    private const string LookupSet = "Lookup";
    private const string ListSet = "List";
    private const string EntryTypeName = "PacketPath.PacketRoute#TableEntry";

    private RouteQuestion? _question;
    private RouteInput? _input;
    private string? _inputNamespace;
    private string _text = "";
    private Action? _askText;

    /// <summary>The destinations: IPv4 or IPv6 addresses, or host names, which give one object for each of their addresses.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = LookupSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("RemoteAddress", "IPAddress", "TargetName", "ComputerName", "cn")]
    [AllowEmptyString]
    public string[] Destination { get; set; } = [];

    /// <summary>The source address of the packet. Default: the kernel chooses.</summary>
    [Parameter(ParameterSetName = LookupSet)]
    [ArgumentCompleter(typeof(SourceAddressCompleter))]
    public string? SourceAddress { get; set; }

    /// <summary>The interface that the packet must leave by, as for a socket bound to it.</summary>
    [Parameter(ParameterSetName = LookupSet)]
    [Alias("ifAlias", "OutputInterface")]
    [ArgumentCompleter(typeof(InterfaceAliasCompleter))]
    public string? InterfaceAlias { get; set; }

    /// <summary>The interface that the packet came in on: asks how it would be forwarded or delivered. Default: the packet is this host's own.</summary>
    [Parameter(ParameterSetName = LookupSet)]
    [ArgumentCompleter(typeof(InterfaceAliasCompleter))]
    public string? InputInterface { get; set; }

    /// <summary>The firewall mark of the packet, in decimal or hexadecimal.</summary>
    [Parameter(ParameterSetName = LookupSet)]
    public string? Mark { get; set; }

    /// <summary>The type of service or traffic class of the packet, in decimal or hexadecimal.</summary>
    [Parameter(ParameterSetName = LookupSet)]
    public string? Tos { get; set; }

    /// <summary>The id of the user whose packet it is. Default: your own.</summary>
    [Parameter(ParameterSetName = LookupSet)]
    public uint? Uid { get; set; }

    /// <summary>The transport protocol of the packet.</summary>
    [Parameter(ParameterSetName = LookupSet)]
    public TransportProtocol Protocol { get; set; }

    /// <summary>The source port of the packet.</summary>
    [Parameter(ParameterSetName = LookupSet)]
    public int SourcePort { get; set; }

    /// <summary>The destination port of the packet.</summary>
    [Parameter(ParameterSetName = LookupSet)]
    public int DestinationPort { get; set; }

    /// <summary>Show every entry of the routing tables instead of looking up destinations.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ListSet)]
    public SwitchParameter List { get; set; }

    /// <summary>The tables to show, by name or number. Default: all of them.</summary>
    [Parameter(ParameterSetName = ListSet)]
    [ArgumentCompleter(typeof(RouteTableCompleter))]
    public string[]? Table { get; set; }

    /// <summary>Ask about IPv4 only.</summary>
    [Parameter]
    public SwitchParameter IPv4 { get; set; }

    /// <summary>Ask about IPv6 only.</summary>
    [Parameter]
    public SwitchParameter IPv6 { get; set; }

    private AddressFamily? Family => IPv4 == IPv6 ? null : IPv4 ? AddressFamily.IPv4 : AddressFamily.IPv6;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (ParameterSetName == LookupSet)
        {
            try
            {
                _question = new RouteQuestion(SourceAddress, Mark, Tos, SourcePort, DestinationPort, Protocol)
                {
                    OutputInterface = InterfaceAlias,
                    InputInterface = InputInterface,
                    Uid = Uid,
                };
            }
            catch (RouteQuestionException exception)
            {
                WriteProblem(RouteProblem.Of(exception)!);
            }
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (List)
        {
            Look(Table, WriteTables);
            return;
        }

        if (_question is null)
        {
            return;
        }

        foreach (var text in Destination)
        {
            _text = text;
            Look(text, _askText ??= AskText);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => Look(null, () => _input?.Flush());

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _input?.Dispose();
        }

        base.Dispose(disposing);
    }

    private void AskText()
    {
        try
        {
            Input().Ask(_text);
        }
        catch (Exception exception) when (RouteProblem.Of(exception) is { } problem)
        {
            WriteProblem(problem);
        }

        _input?.EndInput();
    }

    private RouteInput Input()
    {
        if (_input is not null && _inputNamespace != NetNamespace)
        {
            _input.Flush();
            _input.Dispose();
            _input = null;
        }

        _inputNamespace = NetNamespace;
        return _input ??= new RouteInput(Table(RouteTable.Open), new TargetResolver(OpenNamespace()), _question!, Family, WriteObject, StopToken);
    }

    private void WriteTables()
    {
        var wanted = RouteTableNames.Read(Table, unknown => WriteProblem(RouteProblem.Of(unknown)!));
        if (wanted is { Count: 0 })
        {
            return;
        }

        foreach (var route in Table(RouteTable.Open).List(Family, StopToken))
        {
            if (wanted is null || wanted.Contains(route.TableId))
            {
                // The entry of a table has a view of its own.
                var entry = PSObject.AsPSObject(route);
                entry.TypeNames.Insert(0, EntryTypeName);
                WriteObject(entry);
            }
        }
    }

    private void WriteProblem(RouteProblem problem) =>
        WriteProblem(problem.Cause, problem.ErrorId, problem.Category, problem.Target, problem.Advice);
}
