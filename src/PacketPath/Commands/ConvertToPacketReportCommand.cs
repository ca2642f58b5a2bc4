using System.Management.Automation;
using System.Text;
using PacketPath.Binding;
using PacketPath.Reporting;

namespace PacketPath.Commands;

/// <summary>Makes one HTML page of traces, verdicts and evidence: the path drawn, where it broke, how that is known. The page needs nothing but itself.</summary>
[Cmdlet(VerbsData.ConvertTo, "PacketReport", SupportsShouldProcess = true)]
[OutputType(typeof(string), typeof(FileInfo))]
public sealed class ConvertToPacketReportCommand : PacketPathCmdlet
{
    private const string Advice =
        "Pipe in what Trace-PacketPath, Resolve-PacketFailure, the collectors and the probes emit, live, from a remote session, or read back with Import-Clixml or ConvertFrom-Json.";

    private static readonly FileStreamOptions Draft = new()
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.ReadWrite,
        Options = FileOptions.DeleteOnClose,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    };

    private readonly List<object> _items = [];

    /// <summary>What to show: traces, verdicts, evidence and captured packets, of one host or several, in any order; a lab's result stands for what its pipeline wrote.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject[] InputObject { get; set; } = [];

    /// <summary>The file to write; one that exists is replaced. Default: the page is written to the pipeline as one string.</summary>
    [Parameter(Position = 0)]
    [Alias("FilePath")]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>The title of the page. Default: what it is about.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Title { get; set; }

    /// <summary>Emits the file written with -Path.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var item in InputObject)
        {
            if (!ReportInput.TryRead(item, _items, out var problem))
            {
                WriteProblem(new ArgumentException(problem), "NotReportable", ErrorCategory.InvalidArgument, item, Advice);
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_items.Count == 0)
        {
            return;
        }

        try
        {
            var options = new ReportOptions { Title = Title };
            if (Path is null)
            {
                WriteObject(HtmlReport.Text(_items, options, StopToken));
            }
            else if (GetUnresolvedProviderPathFromPSPath(Path) is var path && ShouldProcess(path, "Write the report"))
            {
                WriteFile(path, options);
            }
        }
        catch (OperationCanceledException) when (StopToken.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    private void WriteFile(string path, ReportOptions options)
    {
        try
        {
            // The page is made whole first: a file that is there already is not lost to one that was stopped half way.
            using (var draft = new FileStream(System.IO.Path.Combine(System.IO.Path.GetTempPath(), System.IO.Path.GetRandomFileName()), Draft))
            {
                using (var text = new StreamWriter(draft, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true))
                {
                    HtmlReport.Write(text, _items, options, StopToken);
                }

                draft.Position = 0;
                using var file = new FileStream(path, FileMode.Create, FileAccess.Write);
                draft.CopyTo(file);
            }

            if (PassThru)
            {
                WriteObject(new FileInfo(path));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            WriteProblem(e, "ReportNotWritten", ErrorCategory.WriteError, Path, "Give -Path a file in a folder that exists and that you may write to.");
        }
    }
}
