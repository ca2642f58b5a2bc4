using System.Globalization;
using System.Text;

namespace PacketPath.Core.Tests.Layout;

/// <summary>Collects static assertions for the C compiler: our numbers against the system's headers.</summary>
internal sealed class CAssertions
{
    private readonly StringBuilder _source = new("#include <stddef.h>\n");

    /// <param name="headers">The headers to include, in order.</param>
    public CAssertions(params string[] headers)
    {
        foreach (var header in headers)
        {
            _source.AppendLine($"#include <{header}>");
        }
    }

    /// <summary>How many assertions there are.</summary>
    public int Count { get; private set; }

    /// <summary>A constant or an enumerator.</summary>
    public CAssertions Constant(string name, long value) => Add(name, value);

    /// <summary>A macro that older headers may lack.</summary>
    public CAssertions Macro(string name, long value)
    {
        _source.AppendLine($"#ifdef {name}");
        Add(name, value);
        _source.AppendLine("#endif");
        return this;
    }

    /// <summary>The size of a struct.</summary>
    public CAssertions Size(string type, long value) => Add($"sizeof({type})", value);

    /// <summary>The offset of a member.</summary>
    public CAssertions Offset(string type, string member, long value) => Add($"offsetof({type}, {member})", value);

    /// <summary>Asks the compiler; null where it agrees with everything.</summary>
    public string? Verify() => CCompiler.Compile(_source.ToString());

    private CAssertions Add(string expression, long value)
    {
        Count++;
        _source.AppendLine(string.Create(
            CultureInfo.InvariantCulture, $"_Static_assert((long long)({expression}) == {value}LL, \"{expression} is not {value}\");"));
        return this;
    }
}
