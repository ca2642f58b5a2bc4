using PacketPath.Diagnosis;

namespace PacketPath.Core.Tests.Diagnosis;

public class CatalogTests
{
    private static readonly string[] Ids = [.. FaultCatalog.All.Select(r => r.Id)];

    [Fact]
    public void Catalog_and_classes_are_one_to_one()
    {
        var classes = typeof(FaultRule).Assembly.GetTypes()
            .Where(t => t.IsSubclassOf(typeof(FaultRule)) && !t.IsAbstract && t.Namespace == "PacketPath.Diagnosis.Faults")
            .Select(t => t.Name);
        Assert.Equal(classes.Order(), Ids.Order());
        Assert.Equal(Ids.Length, Ids.Distinct().Count());
    }

    [Fact]
    public void Catalog_and_test_pairs_are_one_to_one() =>
        Assert.Equal(Ids.Order(), FaultCases.All.Select(c => c.FaultId).Order());

    [Fact]
    public void Precedence_follows_the_path()
    {
        var faults = FaultCatalog.All.Where(r => r.Id is not ("NoFault" or "Indeterminate")).ToArray();

        // What a name server says is judged once the path to it is: its faults follow those of the path.
        var layers = faults.Select(r => r.Layer == PathLayer.Name ? (2 * (int)PathLayer.SocketQueue) + 1 : 2 * (int)r.Layer).ToArray();
        Assert.Equal(layers.Order(), layers);
        Assert.Equal(["NoFault", "Indeterminate"], Ids[^2..]);
    }

    [Fact]
    public void What_explains_what_names_real_faults_and_never_runs_in_a_circle()
    {
        var explains = FaultCatalog.All.ToDictionary(r => r.Id, r => r.Explains);
        Assert.All(explains.Values.SelectMany(v => v), id => Assert.Contains(id, Ids));
        foreach (var id in Ids)
        {
            var reached = new HashSet<string>();
            var open = new Queue<string>(explains[id]);
            while (open.TryDequeue(out var next))
            {
                if (reached.Add(next))
                {
                    foreach (var further in explains[next])
                    {
                        open.Enqueue(further);
                    }
                }
            }

            Assert.DoesNotContain(id, reached);
        }
    }
}
