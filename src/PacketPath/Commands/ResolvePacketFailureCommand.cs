using System.Management.Automation;
using PacketPath.Binding;
using PacketPath.Diagnosis;

namespace PacketPath.Commands;

/// <summary>Weighs evidence into a verdict: the layer at fault, the object at fault, the proof, and what that proof does not show.</summary>
[Cmdlet(VerbsDiagnostic.Resolve, "PacketFailure")]
[OutputType(typeof(PacketFailure))]
public sealed class ResolvePacketFailureCommand : PacketPathCmdlet
{
    private const string Advice =
        "Pipe in what Test-SynPath and the other probes, the collectors, Trace-PacketPath or Watch-PacketCapture emit, "
        + "live, from a remote session, or read back with Import-Clixml or ConvertFrom-Json.";

    private Weighing _weighing = null!;

    /// <summary>The evidence: results of the probes, the collectors, Trace-PacketPath and Watch-PacketCapture, of one host or several, in any order.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("Evidence")]
    [ValidateNotNull]
    public PSObject[] InputObject { get; set; } = [];

    /// <summary>Emit only the one verdict that explains each target, without those that contribute.</summary>
    [Parameter]
    public SwitchParameter PrimaryOnly { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() => _weighing = new Weighing(StopToken);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var item in InputObject)
        {
            if (StopToken.IsCancellationRequested)
            {
                return;
            }

            if (EvidenceReader.TryRead(item, out var evidence, out var problem))
            {
                _weighing.Add(evidence);
            }
            else
            {
                WriteProblem(new ArgumentException(problem), "NotEvidence", ErrorCategory.InvalidArgument, item, Advice);
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        try
        {
            foreach (var verdict in _weighing.Verdicts())
            {
                StopToken.ThrowIfCancellationRequested();
                if (verdict.IsPrimary || !PrimaryOnly)
                {
                    WriteObject(verdict);
                }
            }
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
    }
}
