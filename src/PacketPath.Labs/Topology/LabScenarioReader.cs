using System.Text.Json;
using PacketPath.Diagnosis;

namespace PacketPath.Labs;

/// <summary>Reads scenario files. The format is described in docs/labs.md and docs/lab.schema.json.</summary>
public static class LabScenarioReader
{
    private const long MostBytes = 1024 * 1024;

    private static readonly JsonDocumentOptions Options = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        MaxDepth = 16,
    };

    /// <summary>Reads one file.</summary>
    /// <exception cref="LabFormatException">It is not a scenario; the message names the JSON path.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static LabScenario ReadFile(string path)
    {
        var file = new FileInfo(path);
        if (file.Exists && file.Length > MostBytes)
        {
            throw new LabFormatException(path, "$", "the file is larger than 1 MiB.");
        }

        return Parse(File.ReadAllText(path), path) with { Path = file.FullName };
    }

    /// <summary>Reads one document.</summary>
    /// <param name="json">The text.</param>
    /// <param name="source">What complaints call it.</param>
    /// <exception cref="LabFormatException">It is not a scenario; the message names the JSON path.</exception>
    public static LabScenario Parse(string json, string source)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, Options);
        }
        catch (JsonException e)
        {
            throw new LabFormatException(
                source, "$", $"not JSON at line {e.LineNumber + 1}, column {e.BytePositionInLine + 1}: {e.Message.Split(" LineNumber")[0]}", e);
        }

        using (document)
        {
            return Scenario(new JsonCursor(source, "$", document.RootElement));
        }
    }

    private static LabScenario Scenario(JsonCursor root)
    {
        var members = root.Members(
            "$schema", "name", "title", "teaches", "family", "nodes", "links", "break", "captures", "vantage", "pipeline", "trace", "timeoutSeconds", "expected");
        var nodes = root.Required(members, "nodes").AnyMembers().Select(m => LabTopologyReader.Node(m.Key, m.Value)).ToArray();
        if (nodes.Length == 0)
        {
            throw members["nodes"].Wrong("a lab needs at least one node.");
        }

        var names = nodes.Select(n => n.Name).ToHashSet(StringComparer.Ordinal);
        var links = members.TryGetValue("links", out var list) ? LabTopologyReader.Links(list, nodes) : [];
        var vantage = NodeName(root.Required(members, "vantage"), names);
        if (nodes.Single(n => n.Name == vantage).IsSwitch)
        {
            throw members["vantage"].Wrong("a switch cannot be the vantage.");
        }

        return new LabScenario
        {
            Name = Name(root.Required(members, "name")),
            Title = root.Required(members, "title").Text(),
            Teaches = root.Required(members, "teaches").Lines().Replace('\n', ' '),
            Family = root.Required(members, "family").Word<AddressFamily>(),
            Topology = new LabTopology { Nodes = nodes, Links = links },
            Break = members.TryGetValue("break", out var steps) ? [.. steps.Items().Select(s => Breakage(s, names))] : [],
            Captures = members.TryGetValue("captures", out var captures) ? [.. captures.Items().Select(c => Capture(c, names))] : [],
            Vantage = vantage,
            Pipeline = root.Required(members, "pipeline").Lines(),
            Trace = members.TryGetValue("trace", out var trace) ? trace.Lines() : null,
            TimeoutSeconds = members.TryGetValue("timeoutSeconds", out var seconds) ? seconds.Seconds(600) : 30,
            Expected = Truth(root.Required(members, "expected")),
        };
    }

    private static string Name(JsonCursor at)
    {
        var name = at.Text();
        return name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? name
            : throw at.Wrong($"'{name}' is not a name: letters, digits, '-', '_' and '.' only.");
    }

    private static string NodeName(JsonCursor at, HashSet<string> names)
    {
        var name = at.Text();
        return names.Contains(name) ? name : throw at.Wrong($"there is no node '{name}'. The nodes are: {string.Join(", ", names)}.");
    }

    private static LabBreakage Breakage(JsonCursor at, HashSet<string> names)
    {
        var members = at.Members("node", "run");
        return new LabBreakage(NodeName(at.Required(members, "node"), names), at.Required(members, "run").Lines());
    }

    private static LabCapture Capture(JsonCursor at, HashSet<string> names)
    {
        var members = at.Members("node", "interface", "filter");
        return new LabCapture(
            NodeName(at.Required(members, "node"), names),
            members.TryGetValue("interface", out var link) ? link.Text() : "any",
            members.TryGetValue("filter", out var filter) ? filter.Text() : "");
    }

    private static string FaultId(JsonCursor at)
    {
        var text = at.Text();
        if (FaultCatalog.Find(text) is { } known)
        {
            return known.Id;
        }

        var near = FaultCatalog.All.Select(rule => rule.Id).MinBy(id => Distance(id.ToLowerInvariant(), text.ToLowerInvariant()));
        throw at.Wrong($"there is no fault '{text}'; the nearest is {near}. The faults are: {string.Join(", ", FaultCatalog.All.Select(rule => rule.Id))}.");
    }

    // How many letters must be put in, taken out or changed to make one word of the other.
    private static int Distance(string one, string other)
    {
        other = other.Length > 64 ? other[..64] : other;
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var change = diagonal + (one[i - 1] == other[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }

    private static LabTruth Truth(JsonCursor at)
    {
        var members = at.Members("faultId", "layer", "confidence", "says");
        return new LabTruth
        {
            FaultId = FaultId(at.Required(members, "faultId")),
            Layer = at.Required(members, "layer").Word<PathLayer>(),
            Confidence = members.TryGetValue("confidence", out var confidence) ? confidence.Word<Confidence>() : null,
            Says = members.TryGetValue("says", out var says) ? says.Texts() : [],
        };
    }
}
