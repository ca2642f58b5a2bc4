using System.Reflection;
using System.Runtime.Loader;

namespace PacketPath.Capture;

/// <summary>Holds PacketPath.Capture and its packages apart from the user's session; what both sides name comes from the session's own PacketPath.Core.</summary>
internal sealed class CaptureLoadContext : AssemblyLoadContext
{
    private static readonly Assembly Core = typeof(CaptureLoadContext).Assembly;

    private readonly AssemblyDependencyResolver _resolver;

    internal CaptureLoadContext(string assemblyPath)
        : base("PacketPath.Capture")
    {
        _resolver = new AssemblyDependencyResolver(assemblyPath);
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name == Core.GetName().Name)
        {
            return Core;
        }

        string? path = _resolver.ResolveAssemblyToPath(assemblyName);
        return path is null ? null : LoadFromAssemblyPath(path);
    }
}
