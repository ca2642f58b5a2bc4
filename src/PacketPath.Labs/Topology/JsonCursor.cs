using System.Globalization;
using System.Text.Json;

namespace PacketPath.Labs;

/// <summary>One value of a scenario document and its path; every complaint names that path.</summary>
internal readonly struct JsonCursor
{
    private readonly string _source;
    private readonly JsonElement _value;

    public JsonCursor(string source, string path, JsonElement value)
    {
        _source = source;
        Path = path;
        _value = value;
    }

    public string Path { get; }

    public bool IsText => _value.ValueKind == JsonValueKind.String;

    public LabFormatException Wrong(string problem) => new(_source, Path, problem);

    /// <summary>The members of an object, each at most once and each one of <paramref name="known"/>.</summary>
    public Dictionary<string, JsonCursor> Members(params string[] known)
    {
        var members = AnyMembers();
        foreach (var (name, member) in members)
        {
            if (!known.Contains(name, StringComparer.Ordinal))
            {
                throw member.Wrong($"'{name}' is not known here. Known are: {string.Join(", ", known)}.");
            }
        }

        return members;
    }

    /// <summary>The members of an object whose names are the author's own.</summary>
    public Dictionary<string, JsonCursor> AnyMembers()
    {
        Expect(JsonValueKind.Object, "an object");
        var members = new Dictionary<string, JsonCursor>(StringComparer.Ordinal);
        foreach (var property in _value.EnumerateObject())
        {
            var member = new JsonCursor(_source, PathOf(property.Name), property.Value);
            if (!members.TryAdd(property.Name, member))
            {
                throw member.Wrong("this name is given twice.");
            }
        }

        return members;
    }

    public JsonCursor Required(Dictionary<string, JsonCursor> members, string name) =>
        members.TryGetValue(name, out var member) ? member : throw Wrong($"'{name}' is missing.");

    public IEnumerable<JsonCursor> Items()
    {
        Expect(JsonValueKind.Array, "an array");
        var index = 0;
        foreach (var item in _value.EnumerateArray())
        {
            yield return new JsonCursor(_source, $"{Path}[{index++}]", item);
        }
    }

    /// <summary>Text without control characters; never empty.</summary>
    public string Text()
    {
        Expect(JsonValueKind.String, "text");
        var text = _value.GetString()!;
        if (string.IsNullOrWhiteSpace(text))
        {
            throw Wrong("this text is empty.");
        }

        return text.Any(char.IsControl) ? throw Wrong("this text holds a control character.") : text;
    }

    /// <summary>Text, or an array of lines.</summary>
    public string Lines() => IsText ? Text() : string.Join('\n', Items().Select(i => i.Text()));

    public string[] Texts() => [.. Items().Select(i => i.Text())];

    public bool Flag() => _value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong($"true or false is wanted here, not {Describe()}."),
    };

    public int Whole(int least, int most)
    {
        Expect(JsonValueKind.Number, "a number");
        return _value.TryGetInt32(out var number) && number >= least && number <= most
            ? number
            : throw Wrong(string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most} is wanted here, not {_value.GetRawText()}."));
    }

    public double Seconds(double most)
    {
        Expect(JsonValueKind.Number, "a number");
        return _value.TryGetDouble(out var number) && number > 0 && number <= most
            ? number
            : throw Wrong(string.Create(CultureInfo.InvariantCulture, $"seconds, more than 0 and at most {most}, are wanted here, not {_value.GetRawText()}."));
    }

    public T Word<T>()
        where T : struct, Enum
    {
        var text = Text();
        return Enum.TryParse<T>(text, ignoreCase: true, out var word) && Enum.IsDefined(word) && !char.IsDigit(text[0])
            ? word
            : throw Wrong($"'{text}' is not one of: {string.Join(", ", Enum.GetNames<T>())}.");
    }

    /// <summary>Text or a number, as text.</summary>
    public string Scalar() => _value.ValueKind == JsonValueKind.Number ? _value.GetRawText() : Text();

    private string PathOf(string name) =>
        name.All(c => char.IsLetterOrDigit(c) || c is '_' or '$') ? $"{Path}.{name}" : $"{Path}['{name}']";

    private void Expect(JsonValueKind kind, string words)
    {
        if (_value.ValueKind != kind)
        {
            throw Wrong($"{words} is wanted here, not {Describe()}.");
        }
    }

    private string Describe() => _value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => _value.GetRawText(),
    };
}
