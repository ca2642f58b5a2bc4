using System.Management.Automation;

namespace PacketPath.Module.Tests.Surface;

/// <summary>Saved and remote objects are first-class input: they come back as what they were, to the last property.</summary>
public class SerializationTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private const string RoundTrip = "[Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($item))";

    [Fact]
    public void Every_cmdlet_declares_what_it_writes()
    {
        var silent = OutputTypes.Cmdlets(engine).Where(static cmdlet => cmdlet.Value.GetCustomAttributes(typeof(OutputTypeAttribute), inherit: true).Length == 0);

        Assert.Empty(silent.Select(static cmdlet => cmdlet.Key));
        Assert.NotEmpty(OutputTypes.All(engine));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Every_output_type_survives_serialization_whole(int arrayLength)
    {
        Assert.All(OutputTypes.All(engine), type =>
        {
            var original = new SampleFactory(arrayLength).Create(type);

            var dead = engine.Invoke(RoundTrip, "item", original).AssertClean().Output.Single();
            Assert.Equal("Deserialized." + type.FullName, dead.TypeNames[0]);

            AssertSame(original, LanguagePrimitives.ConvertTo(dead, type), type.Name);
        });
    }

    [Fact]
    public void What_is_not_there_is_still_not_there_afterwards()
    {
        Assert.All(OutputTypes.All(engine), type =>
        {
            var original = new SampleFactory(leaveOptionalOut: true).Create(type);

            var dead = engine.Invoke(RoundTrip, "item", original).AssertClean().Output.Single();

            AssertSame(original, LanguagePrimitives.ConvertTo(dead, type), type.Name);
        });
    }

    [Fact]
    public void Every_output_type_survives_a_second_trip_before_it_is_used()
    {
        Assert.All(OutputTypes.All(engine), type =>
        {
            var original = new SampleFactory().Create(type);

            var once = engine.Invoke(RoundTrip, "item", original).AssertClean().Output.Single();
            var twice = engine.Invoke(RoundTrip, "item", once).AssertClean().Output.Single();

            AssertSame(original, LanguagePrimitives.ConvertTo(twice, type), type.Name);
        });
    }

    private static void AssertSame(object? expected, object? actual, string path)
    {
        if (actual is PSObject { BaseObject: not PSCustomObject } wrapped)
        {
            actual = wrapped.BaseObject;
        }

        if (expected is null || actual is null)
        {
            Assert.True(expected is null && actual is null, $"{path}: {expected ?? "null"} became {actual ?? "null"}.");
            return;
        }

        var type = expected.GetType();
        if (actual is PSObject dead)
        {
            // A property declared as object keeps the deserialized form; it must still convert.
            actual = LanguagePrimitives.ConvertTo(dead, type);
        }

        Assert.True(type == actual.GetType(), $"{path}: {type} became {actual.GetType()}.");
        if (expected is Array array)
        {
            var other = (Array)actual;
            Assert.True(array.Length == other.Length, $"{path}: {array.Length} items became {other.Length}.");
            for (var i = 0; i < array.Length; i++)
            {
                AssertSame(array.GetValue(i), other.GetValue(i), $"{path}[{i}]");
            }

            return;
        }

        if (type.Namespace != "PacketPath" || type.IsEnum)
        {
            Assert.True(expected.Equals(actual), $"{path}: {expected} became {actual}.");
            return;
        }

        foreach (var property in SampleFactory.PropertiesOf(type))
        {
            AssertSame(property.GetValue(expected), property.GetValue(actual), $"{path}.{property.Name}");
        }
    }
}
