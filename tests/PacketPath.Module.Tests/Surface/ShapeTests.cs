using System.Management.Automation;

namespace PacketPath.Module.Tests.Surface;

/// <summary>Evidence whose type is lost, as JSON loses it, is known by its properties.</summary>
public class ShapeTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    // Compared flows and verdicts are made from evidence, and are none.
    public static TheoryData<string> Evidence =>
        [.. typeof(PacketEvidence).Assembly.GetExportedTypes()
            .Where(static type => type.IsSubclassOf(typeof(PacketEvidence)) && !type.IsAbstract && type != typeof(PacketFlowComparison) && type != typeof(PacketFailure) && type != typeof(PacketTrace))
            .Select(static type => type.FullName!)];

    [Theory, MemberData(nameof(Evidence))]
    public void Every_kind_is_known_by_its_shape(string name)
    {
        var type = typeof(PacketEvidence).Assembly.GetType(name)!;
        Assert.Equal(type, Read(Bag(new SampleFactory().Create(type))).GetType());
    }

    // The module's own assembly is loaded by the engine.
    private object Read(PSObject bag)
    {
        var cmdlet = engine.Invoke("(Get-Command Resolve-PacketFailure).ImplementingType").One<Type>();
        var reader = cmdlet.Assembly.GetType("PacketPath.Binding.EvidenceReader")!.GetMethod("TryRead")!;
        object?[] arguments = [bag, null, null];
        Assert.True((bool)reader.Invoke(null, arguments)!, (string?)arguments[2]);
        return arguments[1]!;
    }

    private static PSObject Bag(object record)
    {
        var bag = new PSObject();
        foreach (var property in record.GetType().GetProperties())
        {
            bag.Properties.Add(new PSNoteProperty(property.Name, property.GetValue(record)));
        }

        return bag;
    }
}
