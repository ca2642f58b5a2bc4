using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using PacketPath.Core.Tests.Tracing;

namespace PacketPath.Module.Tests.Report;

/// <summary>docs/trace.schema.json says of a trace what a trace is: no property and no value of an enum more or less.</summary>
public class TraceSchemaTests
{
    private static readonly JsonNode Schema = JsonNode.Parse(File.ReadAllText(Repository.File("docs", "trace.schema.json")))!;

    [Fact]
    public void It_lists_every_property_of_a_trace_and_of_its_verdict()
    {
        AssertDescribes<PacketTrace>(Schema);
        AssertDescribes<TraceStage>(Schema["$defs"]!["stage"]!);
        AssertDescribes<TraceReference>(Schema["$defs"]!["reference"]!);
        AssertDescribes<PacketFailure>(Schema["$defs"]!["verdict"]!);
        AssertDescribes<MissingObservation>(Schema["$defs"]!["missing"]!);
        AssertDescribes<FailureEvidence>(Schema["$defs"]!["verdict"]!["properties"]!["Evidence"]!["items"]!);
        AssertDescribes<ClearedLayer>(Schema["$defs"]!["verdict"]!["properties"]!["RuledOut"]!["items"]!);
    }

    [Fact]
    public void It_lists_every_value_of_each_enum()
    {
        AssertNames<PathLayer>(Schema["$defs"]!["layer"]!);
        AssertNames<TransportProtocol>(Schema["$defs"]!["protocol"]!);
        AssertNames<TraceKind>(Schema["properties"]!["Kind"]!);
        AssertNames<TraceStageStatus>(Schema["$defs"]!["stage"]!["properties"]!["Status"]!);
        AssertNames<Confidence>(Schema["$defs"]!["verdict"]!["properties"]!["Confidence"]!);
        AssertNames<EvidenceBearing>(Schema["$defs"]!["verdict"]!["properties"]!["Evidence"]!["items"]!["properties"]!["Bearing"]!);
    }

    [Fact]
    public void Every_evidence_says_where_and_when()
    {
        Assert.Equal(Sorted(typeof(PacketEvidence)), Required(Schema["$defs"]!["evidence"]!));
        Assert.All(SampleTraces.All(), static trace => Assert.All(trace.Evidence, static item => Assert.IsAssignableFrom<PacketEvidence>(item)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Traces_fit_it_with_enums_as_words_and_as_numbers(bool words)
    {
        // As ConvertTo-Json writes them: the properties of what an object is, not of what it was declared as.
        var options = new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        if (words)
        {
            options.Converters.Add(new JsonStringEnumConverter());
        }

        Assert.All(SampleTraces.All().Concat(SampleTraces.All(ipv6: true)), trace =>
            Assert.Empty(JsonShape.Problems(JsonNode.Parse(JsonSerializer.Serialize(trace, options)), Schema, Schema)));
    }

    [Fact]
    public void What_is_no_trace_does_not_fit_it()
    {
        var trace = JsonNode.Parse(JsonSerializer.Serialize(SampleTraces.Refused()))!;
        trace["Stages"]![3]!.AsObject().Remove("Status");
        trace["Verdict"]!["Layer"] = "Elsewhere";
        trace["DurationMilliseconds"] = "long";

        Assert.Equal(
            ["$.DurationMilliseconds", "$.Stages[3]", "$.Verdict.Layer"],
            JsonShape.Problems(trace, Schema, Schema).Select(static problem => problem.Split(':')[0]).Order(StringComparer.Ordinal));
    }

    private static void AssertDescribes<T>(JsonNode part)
    {
        Assert.Equal(Sorted(typeof(T)), part["properties"]!.AsObject().Select(static p => p.Key).Order(StringComparer.Ordinal));
        Assert.Equal(Sorted(typeof(T)), Required(part));
    }

    private static void AssertNames<T>(JsonNode part)
        where T : struct, Enum => Assert.Equal(Enum.GetNames<T>().Order(StringComparer.Ordinal), part["anyOf"]![0]!["enum"]!.AsArray().Select(static n => n!.GetValue<string>()).Order(StringComparer.Ordinal));

    private static IEnumerable<string> Sorted(Type type) => type.GetProperties().Select(static p => p.Name).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Required(JsonNode part) => part["required"]!.AsArray().Select(static n => n!.GetValue<string>()).Order(StringComparer.Ordinal);
}
