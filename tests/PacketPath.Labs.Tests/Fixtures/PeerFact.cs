using PacketPath.Labs;

namespace PacketPath.Tests;

/// <summary>A test in network namespaces that speaks to programs of other makers; skipped with the probed reason where one is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PeerFactAttribute : FactAttribute
{
    public PeerFactAttribute(params string[] programs) => Skip = LabPrivilege.Missing() ?? Peers.Missing(programs);
}

/// <summary>As <see cref="PeerFactAttribute"/>, for theories.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PeerTheoryAttribute : TheoryAttribute
{
    public PeerTheoryAttribute(params string[] programs) => Skip = LabPrivilege.Missing() ?? Peers.Missing(programs);
}

internal static class Peers
{
    private static readonly string[] Folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), "/usr/sbin", "/usr/bin"];

    public static string? Missing(string[] programs) =>
        programs.FirstOrDefault(p => !Folders.Any(f => File.Exists(Path.Combine(f, p)))) is { } absent ? $"{absent} is not installed" : null;
}
