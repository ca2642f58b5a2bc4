using PacketPath.Labs;
using PacketPath.Labs.Tests.Probes;

namespace PacketPath.Tests;

/// <summary>A test in namespaces that needs programs; skipped with the probed reason where one is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ToolTheoryAttribute : TheoryAttribute
{
    public ToolTheoryAttribute(params string[] tools) =>
        Skip = LabPrivilege.Missing() ?? (Array.Find(tools, t => !TlsPeers.Has(t)) is { } missing ? $"'{missing}' is not installed: run ./build.ps1 -Task Setup." : null);
}
