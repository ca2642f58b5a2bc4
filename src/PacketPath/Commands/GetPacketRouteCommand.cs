using System.Diagnostics;
using System.Management.Automation;
using PacketPath.Binding;
using PacketPath.HostState;
using PacketPath.HostState.Routing;
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

    // Input that comes faster than this is collected, to be asked many at a time.
    private static readonly long Idle = Stopwatch.Frequency / 50;
    private static readonly long LongestWait = Stopwatch.Frequency / 20;

    private RouteQuestion? _question;
    private RoutePipeline? _pipeline;
    private string? _pipelineNamespace;
    private long _lastInput;
    private long _waitingSince;

    /// <summary>The destinations: IPv4 or IPv6 addresses, or host names, which give one object for each of their addresses.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = LookupSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("RemoteAddress", "IPAddress", "TargetName", "ComputerName", "cn")]
    [ValidateNotNull]
    [AllowEmptyString]
    public string[] Destination { get; set; } = [];

    /// <summary>The source address of the packet. Default: the kernel chooses.</summary>
    [Parameter(ParameterSetName = LookupSet)]
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
            Try(() => _question = new RouteQuestion(SourceAddress, Mark, Tos, SourcePort, DestinationPort, Protocol)
            {
                OutputInterface = InterfaceAlias,
                InputInterface = InputInterface,
                Uid = Uid,
            });
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == ListSet)
        {
            Look(Table, WriteTables);
            return;
        }

        if (_question is null)
        {
            return;
        }

        var now = Stopwatch.GetTimestamp();
        var isSlow = now - _lastInput > Idle;
        foreach (var text in Destination)
        {
            Look(text, () => Try(() => Ask(text)));
        }

        if (isSlow || (_pipeline?.HasPending == true && now - _waitingSince > LongestWait))
        {
            Flush();
        }

        _lastInput = Stopwatch.GetTimestamp();
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => Flush();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _pipeline?.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Ask(string text)
    {
        if (!TargetParser.TryParse(text, out var target, out var problem))
        {
            throw problem;
        }

        var pipeline = Pipeline();
        if (target.Address is { } address && Family is null)
        {
            Add(pipeline, _question!.For(address, target));
            return;
        }

        if (target.HostName is not null)
        {
            // A name may take its time: what was asked before need not wait for it.
            Flush();
        }

        foreach (var found in new TargetResolver(OpenNamespace()).Resolve(target, Family, StopToken))
        {
            Add(pipeline, _question!.For(found, target));
        }
    }

    private void Add(RoutePipeline pipeline, RouteQuery query)
    {
        if (!pipeline.HasPending)
        {
            _waitingSince = Stopwatch.GetTimestamp();
        }

        pipeline.Add(query);
        WriteAnswered(pipeline);
    }

    private RoutePipeline Pipeline()
    {
        if (_pipeline is not null && _pipelineNamespace != NetNamespace)
        {
            Flush();
            _pipeline.Dispose();
            _pipeline = null;
        }

        _pipelineNamespace = NetNamespace;
        return _pipeline ??= new RoutePipeline(Table(RouteTable.Open), StopToken);
    }

    private void Flush()
    {
        if (_pipeline is { HasPending: true } pipeline)
        {
            Look(null, () =>
            {
                pipeline.Flush();
                WriteAnswered(pipeline);
            });
        }
    }

    private void WriteAnswered(RoutePipeline pipeline)
    {
        while (pipeline.TryTake(out var route))
        {
            WriteObject(route);
        }
    }

    private void WriteTables()
    {
        var wanted = RouteTableNames.Read(Table, unknown => WriteProblem(unknown, "TableNotFound", ErrorCategory.ObjectNotFound, unknown.Target, unknown.Advice));
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

    private void Try(Action body)
    {
        try
        {
            body();
        }
        catch (TargetException exception)
        {
            WriteProblem(exception, "Target" + exception.Problem, exception.Problem == TargetProblem.Malformed ? ErrorCategory.InvalidArgument : ErrorCategory.ObjectNotFound, exception.Target, exception.Advice);
        }
        catch (RouteQuestionException exception)
        {
            WriteProblem(exception, exception.ErrorId, ErrorCategory.InvalidArgument, exception.Target, exception.Advice);
        }
        catch (UnknownInterfaceException exception)
        {
            WriteProblem(exception, "InterfaceNotFound", ErrorCategory.ObjectNotFound, exception.InterfaceName, "Get-PacketInterface lists those there are.");
        }
    }
}
