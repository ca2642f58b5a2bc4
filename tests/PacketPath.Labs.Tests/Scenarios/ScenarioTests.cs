using System.Text;
using PacketPath.Core.Tests.Diagnosis;
using PacketPath.Module.Tests;
using PacketPath.Tests;

namespace PacketPath.Labs.Tests;

/// <summary>Every shipped scenario, through the real engine and the built module, gets the verdict that is its truth, and a whole one.</summary>
public abstract class ScenarioTests(EngineFixture engine)
{
    /// <summary>Splits the scenarios so that two collections run side by side.</summary>
    protected static TheoryData<string> Share(int part)
    {
        var data = new TheoryData<string>();
        foreach (var (name, index) in ScenarioLibrary.Names().Select((n, i) => (n, i)))
        {
            if (index % 2 == part)
            {
                data.Add(name);
            }
        }

        return data;
    }

    protected void Verify(string name)
    {
        var result = engine.Invoke("Invoke-PacketLab -Name $lab", "lab", name).One<PacketLabResult>();
        Assert.True(result.Passed, Explain(result));
        Assert.NotNull(result.Actual);
        Assert.Null(result.PcapPath);
        Assert.Empty(result.Errors);
        foreach (var verdict in result.Output.SelectMany(VerdictsOf).Prepend(result.Actual))
        {
            Whole.Check(verdict);
        }
    }

    private static IEnumerable<PacketFailure> VerdictsOf(object item) => item switch
    {
        PacketFailure verdict => [verdict],
        PacketTrace trace => [trace.Verdict, .. trace.Contributing],
        _ => [],
    };

    private static string Explain(PacketLabResult result)
    {
        var text = new StringBuilder().AppendLine(result.Failure);
        text.AppendLine($"Summary: {result.Actual?.Summary}");
        foreach (var error in result.Errors)
        {
            text.AppendLine($"Error: {error}");
        }

        foreach (var probe in result.Output.OfType<SynPathResult>())
        {
            text.AppendLine(probe.ToString());
        }

        foreach (var evidence in result.Actual?.Evidence ?? [])
        {
            text.AppendLine($"{evidence.Bearing}: {evidence.Observation} ({evidence.Source})");
        }

        foreach (var missing in result.Actual?.NotObserved ?? [])
        {
            text.AppendLine($"Not observed: {missing.What}: {missing.Why}");
        }

        return text.AppendLine($"Packets: {result.PcapPath}").ToString();
    }
}

public sealed class EvenScenarioTests(EngineFixture engine) : ScenarioTests(engine), IClassFixture<EngineFixture>
{
    public static TheoryData<string> Names => Share(0);

    [RootTheory]
    [MemberData(nameof(Names))]
    public void TheVerdictIsTheTruth(string name) => Verify(name);
}

public sealed class OddScenarioTests(EngineFixture engine) : ScenarioTests(engine), IClassFixture<EngineFixture>
{
    public static TheoryData<string> Names => Share(1);

    [RootTheory]
    [MemberData(nameof(Names))]
    public void TheVerdictIsTheTruth(string name) => Verify(name);
}
