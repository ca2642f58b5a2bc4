using System.Management.Automation;
using PacketPath.Binding;
using PacketPath.Capture;

namespace PacketPath.Commands;

/// <summary>Compares what two or more captures saw: per flow, which packets crossed which point, which way, how late, what was rewritten, and where the flow stopped.</summary>
[Cmdlet(VerbsData.Compare, "PacketCapture", DefaultParameterSetName = PipelineSet)]
[OutputType(typeof(PacketFlowComparison))]
public sealed class ComparePacketCaptureCommand : PacketPathCmdlet
{
    private const string PipelineSet = "Pipeline";
    private const string ObjectSet = "Object";
    private const string FileSet = "File";
    private const string Advice = "Give what Watch-PacketCapture writes, live, from a remote session, or read back with Import-Clixml; or capture files with -Path.";

    private FlowStore _store = null!;
    private FlowComparer _comparer = null!;
    private RecordIntake _intake = null!;
    private bool _hasGivenUp;

    /// <summary>Packets of two or more points in one stream, as Watch-PacketCapture writes them for several namespaces, interfaces or files. Each interface of each namespace of each host is a point.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = PipelineSet)]
    [ValidateNotNull]
    public PSObject[] InputObject { get; set; } = [];

    /// <summary>The packets of the first capture.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ObjectSet)]
    [AllowEmptyCollection]
    [ValidateNotNull]
    public PSObject[] ReferenceObject { get; set; } = [];

    /// <summary>The packets of the second capture.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ObjectSet)]
    [AllowEmptyCollection]
    [ValidateNotNull]
    public PSObject[] DifferenceObject { get; set; } = [];

    /// <summary>Two or more capture files, pcap or pcapng; wildcards are permitted. Each is a point, or each interface in it, where it was captured on all at once.</summary>
    [Parameter(Mandatory = true, ParameterSetName = FileSet)]
    [Alias("ReadPath", "PcapPath")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>The packets of the files that count, as a capture filter (pcap-filter(7)). Default: all.</summary>
    [Parameter(ParameterSetName = FileSet)]
    [AllowEmptyString]
    [ValidateNotNull]
    public string Filter { get; set; } = "";

    /// <summary>Tells of each packet as well, at most 10000 of a flow: where it was seen, when, and where it should have been.</summary>
    [Parameter]
    public SwitchParameter IncludePacket { get; set; }

    /// <summary>All points read one clock, or clocks that agree closely: delays are then plain differences. Without it, that is taken for granted within one host only; between others the clocks' offset is estimated from packets of both directions.</summary>
    [Parameter]
    public SwitchParameter SameClock { get; set; }

    /// <summary>How many packets are held at most, some 100 bytes each; beyond that the flows silent longest are written as they stand. Default: 2000000.</summary>
    [Parameter]
    [ValidateRange(1000, 100_000_000)]
    public int PacketLimit { get; set; } = FlowStore.MostPackets;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _store = new FlowStore(PacketLimit);
        _comparer = new FlowComparer(_store, SameClock, IncludePacket);
        _intake = new RecordIntake(_store);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        switch (ParameterSetName)
        {
            case FileSet:
                ReadFiles();
                break;
            case ObjectSet:
                TakeAll(ReferenceObject, null);
                TakeAll(DifferenceObject, "difference");
                break;
            default:
                TakeAll(InputObject, null);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        _intake.AssignSummaries();
        if (_store.Points.Count < 2)
        {
            var only = _store.Points.Count == 0 ? "No packets were" : "Only one point was";
            WriteProblem(new ArgumentException($"{only} given; a comparison needs two."), "TooFewPoints", ErrorCategory.InvalidArgument, null, Advice);
            return;
        }

        Write(_comparer.All(StopToken));
    }

    private void TakeAll(PSObject[] items, string? side)
    {
        foreach (var item in items)
        {
            if (StopToken.IsCancellationRequested)
            {
                return;
            }

            if (!_intake.TryTake(item, side, out var problem))
            {
                WriteProblem(new ArgumentException(problem), "NotPacket", ErrorCategory.InvalidArgument, item, Advice);
            }

            WriteGivenUp();
        }
    }

    private void ReadFiles()
    {
        foreach (var text in Path)
        {
            try
            {
                foreach (var path in SessionState.Path.GetResolvedProviderPathFromPSPath(text, out _).Order(StringComparer.Ordinal))
                {
                    var summary = CaptureFileReader.Read(path, Filter, _store, _ => WriteGivenUp(), StopToken);
                    _intake.Take(summary);
                }
            }
            catch (OperationCanceledException)
            {
                throw new PipelineStoppedException();
            }
            catch (CaptureException failure)
            {
                WriteProblem(failure, "Capture" + failure.Reason, ErrorCategory.OpenError, text, failure.Remedy);
            }
            catch (Exception missing) when (missing is ItemNotFoundException or PSInvalidOperationException or System.Management.Automation.DriveNotFoundException)
            {
                WriteProblem(missing, "CaptureFileNotFound", ErrorCategory.ObjectNotFound, text, "Give the path of a pcap or pcapng file.");
            }
        }
    }

    private void WriteGivenUp()
    {
        if (!_store.HasGivenUp)
        {
            return;
        }

        if (!_hasGivenUp)
        {
            _hasGivenUp = true;
            WriteWarning($"More than {PacketLimit} packets: the flows silent longest are compared as they stand, and marked IsPartial. A narrower filter holds fewer; -PacketLimit allows more.");
        }

        Write(_comparer.GivenUp(StopToken));
    }

    private void Write(IEnumerable<PacketFlowComparison> flows)
    {
        try
        {
            foreach (var flow in flows)
            {
                WriteObject(flow);
            }
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
    }
}
