using PacketPath.Labs;

namespace PacketPath.Tests;

/// <summary>A test that builds network namespaces; skipped with the probed reason where that cannot be done.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute() => Skip = LabPrivilege.Missing();
}

/// <summary>As <see cref="RootFactAttribute"/>, for theories.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RootTheoryAttribute : TheoryAttribute
{
    public RootTheoryAttribute() => Skip = LabPrivilege.Missing();
}
