using System.Management.Automation;
using PacketPath.Binding;
using PacketPath.Capture;
using PacketPath.HostState;

namespace PacketPath.Commands;

/// <summary>Watches packets as they cross interfaces, or reads them from a capture file, and writes one object for each.</summary>
[Cmdlet(VerbsCommon.Watch, "PacketCapture", DefaultParameterSetName = LiveSet)]
[OutputType(typeof(PacketRecord), typeof(PacketCaptureSummary))]
public sealed class WatchPacketCaptureCommand : PacketPathCmdlet
{
    private const string LiveSet = "Live";
    private const string FileSet = "File";
    private const int HeadersOnly = 256;
    private const int WholePackets = 2048;

    private readonly List<WatchedSource> _sources = [];

    /// <summary>The packets to watch, as a capture filter (pcap-filter(7)), for example <c>tcp port 443 and host 192.0.2.10</c>. It is checked before anything is opened. Default: every packet.</summary>
    [Parameter(Position = 0)]
    [AllowEmptyString]
    [ValidateNotNull]
    public string Filter { get; set; } = "";

    /// <summary>The interfaces to watch; wildcards are permitted, and <c>any</c> stands for all at once. Default: any.</summary>
    [Parameter(ParameterSetName = LiveSet, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "ifAlias")]
    [ArgumentCompleter(typeof(InterfaceAliasCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] InterfaceAlias { get; set; } = [WatchedSources.AllInterfaces];

    /// <summary>The network namespaces to watch, several at once if need be: names under /run/netns, paths such as <c>/proc/1234/ns/net</c>, process ids, or labels <c>net:[inode]</c>. Other namespaces than the process's own need CAP_SYS_ADMIN. Default: the process's own.</summary>
    [Parameter(ParameterSetName = LiveSet, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(NetNamespaceCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? NetNamespace { get; set; }

    /// <summary>The way the packets cross the interface: both, or only into or out of this host.</summary>
    [Parameter(ParameterSetName = LiveSet)]
    public CaptureDirection Direction { get; set; }

    /// <summary>Shows packets addressed to others too, where the interface can (promiscuous mode).</summary>
    [Parameter(ParameterSetName = LiveSet)]
    public SwitchParameter Promiscuous { get; set; }

    /// <summary>How many bytes of each packet are kept in the file, 64 to 2048. Default: 2048 with -Path, else 256, which is enough for every header.</summary>
    [Parameter(ParameterSetName = LiveSet)]
    [ValidateRange(64, WholePackets)]
    public int SnapshotLength { get; set; }

    /// <summary>Ends after so many seconds. Default: never.</summary>
    [Parameter(ParameterSetName = LiveSet)]
    [ValidateRange(0.001, 1e6)]
    public double DurationSeconds { get; set; }

    /// <summary>A capture file to read instead: pcap or pcapng, of tcpdump, Wireshark or this cmdlet.</summary>
    [Parameter(Mandatory = true, ParameterSetName = FileSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "FullName", "PcapPath")]
    [ValidateNotNullOrEmpty]
    public string[] ReadPath { get; set; } = [];

    /// <summary>Ends after so many packets. Default: never.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    public long Count { get; set; }

    /// <summary>Writes the packets to this file as well, with nanosecond timestamps: as pcapng where the name ends in .pcapng, else as pcap.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>Writes a PacketCaptureSummary for each capture at the end: where it stood, from when to when, and how many packets it lost. With it, a packet that is not there was not there; Resolve-PacketFailure and Compare-PacketCapture take it along with the packets.</summary>
    [Parameter]
    public SwitchParameter IncludeSummary { get; set; }

    /// <summary>How much of each packet is taken.</summary>
    internal int Snapshot => SnapshotLength > 0 ? SnapshotLength : Path is null ? HeadersOnly : WholePackets;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var opening = new WatchOpening(this, StopToken);
        if (ParameterSetName == FileSet)
        {
            opening.OpenFiles(_sources);
        }
        else if (opening.IsFilterSound())
        {
            opening.OpenLive(_sources);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_sources.Count == 0)
        {
            return;
        }

        try
        {
            var names = _sources.Select(s => (s.Source.LinkType, s.Name)).ToArray();
            var file = Path is null ? null : CaptureFile.Create(GetUnresolvedProviderPathFromPSPath(Path), names, WholePackets);
            WriteVerbose($"Watching {string.Join(", ", names.Select(n => n.Name))}.");
            var watch = new PacketWatch([.. _sources], file, Count, DurationSeconds > 0 ? TimeSpan.FromSeconds(DurationSeconds) : null);
            _sources.Clear();
            using var session = new WatchSession(this, StopToken, watch);
            session.Write(Count, DurationSeconds);
            if (IncludeSummary)
            {
                WriteObject(watch.Summaries(), enumerateCollection: true);
            }
        }
        catch (CaptureException failure)
        {
            Report(failure, Path);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _sources.ForEach(s => s.Dispose());
        }

        base.Dispose(disposing);
    }

    /// <summary>Reports what a capture came to grief of.</summary>
    internal void Report(CaptureException failure, object? target) => WriteProblem(failure, "Capture" + failure.Reason, Category(failure.Reason), target, failure.Remedy);

    /// <summary>Reports what a stream ended with.</summary>
    internal void Report(WatchFailure failure)
    {
        if (failure.Cause is CaptureException known)
        {
            Report(known, failure.Name);
        }
        else
        {
            WriteProblem(failure.Cause, "CaptureEnded", ErrorCategory.ReadError, failure.Name, "Check the disk and the interface, and start again.");
        }
    }

    private static ErrorCategory Category(CaptureFailureReason reason) => reason switch
    {
        CaptureFailureReason.PermissionDenied => ErrorCategory.PermissionDenied,
        CaptureFailureReason.InterfaceNotFound => ErrorCategory.ObjectNotFound,
        CaptureFailureReason.InvalidFilter => ErrorCategory.InvalidArgument,
        CaptureFailureReason.InvalidFile => ErrorCategory.OpenError,
        CaptureFailureReason.LibraryMissing => ErrorCategory.NotInstalled,
        _ => ErrorCategory.ResourceUnavailable,
    };
}
