using System.Reflection;

namespace PacketPath.Capture;

/// <summary>Finds the capture component: <c>capture/PacketPath.Capture.dll</c> beside this assembly.</summary>
public static class PacketSources
{
    private const string AssemblyFile = "PacketPath.Capture.dll";
    private const string FactoryType = "PacketPath.Capture.SharpPcapFactory";

    private static readonly Lazy<IPacketSourceFactory> Shared = new(
        () => Load(Path.Combine(Path.GetDirectoryName(typeof(PacketSources).Assembly.Location) ?? "", "capture")),
        LazyThreadSafetyMode.PublicationOnly);

    /// <summary>Opens captures. Loaded at first use, in a load context of its own.</summary>
    /// <exception cref="CaptureException">The capture component is not there.</exception>
    public static IPacketSourceFactory Factory => Shared.Value;

    /// <summary>Loads the capture component from a folder.</summary>
    internal static IPacketSourceFactory Load(string folder)
    {
        string path = Path.Combine(folder, AssemblyFile);
        try
        {
            if (!File.Exists(path))
            {
                throw new FileNotFoundException($"'{path}' is not there.", path);
            }

            Assembly assembly = new CaptureLoadContext(path).LoadFromAssemblyPath(path);
            return (IPacketSourceFactory)Activator.CreateInstance(assembly.GetType(FactoryType, throwOnError: true)!)!;
        }
        catch (Exception e) when (e is IOException or BadImageFormatException or TypeLoadException or UnauthorizedAccessException)
        {
            throw new CaptureException(
                CaptureFailureReason.Other,
                $"The capture component cannot be loaded: {e.Message}",
                "Install the module again, or build it: the folder 'capture' belongs beside PacketPath.Core.dll.",
                e);
        }
    }
}
