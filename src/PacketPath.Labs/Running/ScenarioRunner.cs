using System.Diagnostics;

namespace PacketPath.Labs;

/// <summary>Builds a scenario's network, runs its pipeline in it, compares the verdict with the truth, and tears it down.</summary>
public sealed class ScenarioRunner
{
    private readonly Func<LabSite, CancellationToken, LabPipelineOutput> _run;

    /// <summary>Creates a runner.</summary>
    /// <param name="run">Runs the pipeline text of a site in a PowerShell engine.</param>
    public ScenarioRunner(Func<LabSite, CancellationToken, LabPipelineOutput> run) => _run = run;

    /// <summary>Called as the run goes on, with what is being done.</summary>
    public Action<string>? Progress { get; init; }

    /// <summary>True to leave the network standing where the verdict is not the truth.</summary>
    public bool KeepOnFailure { get; init; }

    /// <summary>Runs one scenario to its end.</summary>
    /// <exception cref="LabException">The network cannot be built.</exception>
    public PacketLabResult Run(LabScenario scenario, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        Progress?.Invoke("building the network");
        using var network = LabNetwork.Build(scenario, stop);
        using var captures = LabCaptures.Start(scenario, network);
        var site = new LabSite(scenario, network.Nodes, network.NamespaceOf(scenario.Vantage)) { AuthorityPath = network.AuthorityPath, Captures = captures };
        using var recorder = VantageRecorder.Start(site);
        Progress?.Invoke("running the pipeline");
        var output = _run(site, stop);
        stop.ThrowIfCancellationRequested();
        Progress?.Invoke("tearing the network down");
        var result = Judge(scenario, output);
        if (!result.Passed)
        {
            result = result with { PcapPath = recorder.Save() };
            if (KeepOnFailure)
            {
                network.Keep();
                result = result with { KeptNamespaces = [.. network.Nodes.Values] };
            }
        }

        return result with { DurationSeconds = clock.Elapsed.TotalSeconds };
    }

    private static bool Says(PacketFailure verdict, string text) =>
        verdict.Evidence.Select(static e => e.Observation).Append(verdict.Summary).Append(verdict.DoesNotProve).Any(said => said.Contains(text, StringComparison.Ordinal));

    private static PacketLabResult Judge(LabScenario scenario, LabPipelineOutput output)
    {
        var verdict = output.Verdict;
        var truth = scenario.Expected;
        var failure =
            verdict is null
                ? $"The pipeline gave no primary verdict.{(output.Errors.Count > 0 ? " " + string.Join(" ", output.Errors) : "")}"
            : verdict.FaultId != truth.FaultId ? $"The verdict is {verdict.FaultId}, the truth is {truth.FaultId}."
            : verdict.Layer != truth.Layer ? $"The verdict's layer is {verdict.Layer}, the truth's is {truth.Layer}."
            : truth.Confidence is { } confidence && verdict.Confidence != confidence
                ? $"The verdict is {verdict.Confidence}, it must be {confidence}."
            : truth.Says.FirstOrDefault(text => !Says(verdict, text)) is { } unsaid ? $"The verdict does not say '{unsaid}': {verdict.Summary}"
            : null;
        return new PacketLabResult
        {
            Scenario = scenario.Name,
            Title = scenario.Title,
            Expected = truth.FaultId,
            ExpectedLayer = truth.Layer,
            FaultId = verdict?.FaultId,
            Actual = verdict,
            Passed = failure is null,
            Failure = failure,
            Output = [.. output.Objects],
            Errors = [.. output.Errors],
        };
    }
}

/// <summary>Where a pipeline runs.</summary>
/// <param name="Scenario">The scenario.</param>
/// <param name="Nodes">Node names and their namespaces.</param>
/// <param name="Vantage">The namespace of the vantage node.</param>
public sealed record LabSite(LabScenario Scenario, IReadOnlyDictionary<string, string> Nodes, string Vantage)
{
    /// <summary>The file of the certificate authority that signs for the lab's TLS services; null where it has none.</summary>
    public string? AuthorityPath { get; init; }

    /// <summary>The captures that stand beside the pipeline. Reading them ends them.</summary>
    public IEnumerable<object> Captures { get; init; } = [];
}

/// <summary>What came out of a pipeline.</summary>
/// <param name="Objects">Everything it wrote.</param>
/// <param name="Verdict">The last primary verdict among it; null where there is none.</param>
/// <param name="Errors">The messages of its errors.</param>
public sealed record LabPipelineOutput(IReadOnlyList<object> Objects, PacketFailure? Verdict, IReadOnlyList<string> Errors);
