using System.Runtime.Loader;
using PacketPath.Capture;

namespace PacketPath.Core.Tests.Capture;

public class PacketSourcesTests
{
    [LibpcapFact]
    public void TheFactoryLivesInItsOwnLoadContext()
    {
        IPacketSourceFactory factory = PacketSources.Factory;
        _ = factory.ValidateFilter("tcp", CaptureLinkType.Ethernet);

        AssemblyLoadContext? context = AssemblyLoadContext.GetLoadContext(factory.GetType().Assembly);
        Assert.NotSame(AssemblyLoadContext.Default, context);
        Assert.Equal("PacketPath.Capture", context!.Name);
        Assert.Contains(context.Assemblies, a => a.GetName().Name == "SharpPcap");
        string[] apart = ["PacketPath.Capture", "SharpPcap"];
        Assert.DoesNotContain(AssemblyLoadContext.Default.Assemblies, a => apart.Contains(a.GetName().Name));
    }

    [Fact]
    public void CoreIsSharedWithTheLoadContext()
    {
        AssemblyLoadContext context = AssemblyLoadContext.GetLoadContext(PacketSources.Factory.GetType().Assembly)!;
        Assert.DoesNotContain(context.Assemblies, a => a.GetName().Name == "PacketPath.Core");
        Assert.IsAssignableFrom<IPacketSourceFactory>(PacketSources.Factory);
    }

    [Fact]
    public void TheFactoryIsMadeOnce() => Assert.Same(PacketSources.Factory, PacketSources.Factory);

    [Fact]
    public void AMissingFolderIsATypedErrorWithARemedy()
    {
        var error = Assert.Throws<CaptureException>(() => PacketSources.Load("/nonexistent/capture"));
        Assert.Equal(CaptureFailureReason.Other, error.Reason);
        Assert.Contains("/nonexistent/capture", error.Message);
        Assert.Contains("capture", error.Remedy);
    }

    [Fact]
    public void ADamagedComponentIsATypedError()
    {
        string folder = Directory.CreateTempSubdirectory("packetpath").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "PacketPath.Capture.dll"), "not an assembly");
            var error = Assert.Throws<CaptureException>(() => PacketSources.Load(folder));
            Assert.Equal(CaptureFailureReason.Other, error.Reason);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
