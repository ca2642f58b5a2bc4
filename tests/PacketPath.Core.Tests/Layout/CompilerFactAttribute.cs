namespace PacketPath.Core.Tests.Layout;

/// <summary>A test that compiles C against the system's headers; skipped with the reason where that cannot be done.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CompilerFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Missing = new(static () =>
        CCompiler.Find() is null ? "no C compiler (cc) is on PATH"
        : CCompiler.Compile("#include <linux/rtnetlink.h>\n#include <stddef.h>\n") is { } words ? "the C compiler does not find the kernel's headers: " + words
        : null);

    public CompilerFactAttribute() => Skip = Missing.Value;
}
