using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace PacketPath.Module.Tests.Report;

/// <summary>Holds a JSON document against a schema: the words that docs/trace.schema.json uses, and no others.</summary>
public static class JsonShape
{
    private static readonly string[] Known = ["$schema", "$defs", "$ref", "title", "description", "type", "properties", "required", "items", "anyOf", "enum", "pattern"];

    /// <summary>What is wrong with a document, each with its path; nothing where it fits.</summary>
    public static IEnumerable<string> Problems(JsonNode? value, JsonNode schema, JsonNode root, string path = "$")
    {
        Assert.Empty(schema.AsObject().Select(static p => p.Key).Except(Known));
        if (schema["$ref"] is { } reference)
        {
            return Problems(value, root["$defs"]![reference.GetValue<string>()["#/$defs/".Length..]]!, root, path);
        }

        if (schema["anyOf"] is JsonArray choices)
        {
            return choices.Any(c => !Problems(value, c!, root, path).Any()) ? [] : [$"{path}: {value?.ToJsonString()} fits none of {choices.Count}."];
        }

        if (schema["enum"] is JsonArray names && !names.Any(n => JsonNode.DeepEquals(n, value)))
        {
            return [$"{path}: {value?.ToJsonString()} is not among {names.ToJsonString()}."];
        }

        if (schema["type"] is { } type && !Types(type).Contains(TypeOf(value)) && !(TypeOf(value) == "integer" && Types(type).Contains("number")))
        {
            return [$"{path}: {TypeOf(value)} is not {type.ToJsonString()}."];
        }

        if (schema["pattern"] is { } pattern && !Regex.IsMatch(value!.GetValue<string>(), pattern.GetValue<string>()))
        {
            return [$"{path}: {value.ToJsonString()} does not match {pattern}."];
        }

        return value switch
        {
            JsonObject item => OfObject(item, schema, root, path),
            JsonArray list when schema["items"] is { } each => list.SelectMany((e, i) => Problems(e, each, root, $"{path}[{i}]")),
            _ => [],
        };
    }

    private static IEnumerable<string> OfObject(JsonObject item, JsonNode schema, JsonNode root, string path)
    {
        var missing = schema["required"] is JsonArray required ? required.Select(static r => r!.GetValue<string>()).Where(name => !item.ContainsKey(name)).Select(name => $"{path}: {name} is missing.") : [];
        var wrong = schema["properties"] is JsonObject properties
            ? properties.Where(p => item.ContainsKey(p.Key)).SelectMany(p => Problems(item[p.Key], p.Value!, root, $"{path}.{p.Key}"))
            : [];
        return missing.Concat(wrong);
    }

    private static string[] Types(JsonNode type) => type is JsonArray many ? [.. many.Select(static t => t!.GetValue<string>())] : [type.GetValue<string>()];

    private static string TypeOf(JsonNode? value) => value?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "null",
        JsonValueKind.String => "string",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Array => "array",
        JsonValueKind.Object => "object",
        _ => value.ToJsonString().Contains('.', StringComparison.Ordinal) ? "number" : "integer",
    };
}
