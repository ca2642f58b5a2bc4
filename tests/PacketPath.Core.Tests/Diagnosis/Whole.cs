using PacketPath.Diagnosis;

namespace PacketPath.Core.Tests.Diagnosis;

/// <summary>What every verdict must have, whatever the evidence.</summary>
public static class Whole
{
    public static void Check(PacketFailure verdict)
    {
        var rule = FaultCatalog.Find(verdict.FaultId);
        Assert.NotNull(rule);
        Assert.Equal(rule.Id, verdict.FaultId);
        Assert.Equal($"docs/faults/{rule.Id}.md", verdict.HelpUri);
        foreach (var text in new[] { verdict.Summary, verdict.Proves, verdict.DoesNotProve })
        {
            Assert.False(string.IsNullOrWhiteSpace(text));
            Assert.DoesNotContain(text, char.IsControl);
            Assert.EndsWith(".", text);
        }

        Assert.NotEmpty(verdict.Evidence);
        Assert.All(verdict.Evidence, e => Assert.False(string.IsNullOrWhiteSpace(e.Observation) || string.IsNullOrWhiteSpace(e.Source)));
        Assert.NotEmpty(verdict.NextSteps);
        Assert.All(verdict.NextSteps, s => Assert.Matches(@"^[A-Za-z]+[A-Za-z-]* ?.*\S$", s));
        // Next steps look; what changes the host stands on the fault's page.
        Assert.All(verdict.NextSteps, s => Assert.DoesNotMatch(@"\s(add|append|change|del|delete|flush|replace|set)\s|\s-w\s|^(Set|Remove|New|Clear)-", s));
        Assert.All(verdict.NotObserved, m => Assert.False(
            string.IsNullOrWhiteSpace(m.What) || string.IsNullOrWhiteSpace(m.Why) || string.IsNullOrWhiteSpace(m.Remedy)));

        var layers = verdict.RuledOut.Select(r => r.Layer).ToArray();
        Assert.Equal(layers.Order().Distinct(), layers);
        Assert.All(verdict.RuledOut, r => Assert.False(string.IsNullOrWhiteSpace(r.Observation)));
        if (verdict.FaultId is not ("NoFault" or "Indeterminate"))
        {
            // A name fails behind the path to its server.
            Assert.All(layers, l => Assert.True(l < verdict.Layer || (verdict.Layer == PathLayer.Name && l > PathLayer.Name)));
        }

        var isHostOnly = verdict.NotObserved.Any(m => m.What.StartsWith("every layer but", StringComparison.Ordinal));
        // From TLS on the layers stand side by side.
        for (var layer = PathLayer.Name; layer < verdict.Layer && layer < PathLayer.Tls && !isHostOnly; layer++)
        {
            Assert.True(
                layers.Contains(layer) || verdict.NotObserved.Any(m => m.What.StartsWith($"{layer}:", StringComparison.Ordinal)),
                $"{verdict.FaultId} neither clears {layer} nor says that nobody looked");
        }
    }
}
