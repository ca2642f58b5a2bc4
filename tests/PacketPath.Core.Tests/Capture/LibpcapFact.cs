using PacketPath.Capture;

namespace PacketPath.Core.Tests.Capture;

/// <summary>A test that needs libpcap; skipped with the reason where it is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LibpcapFactAttribute : FactAttribute
{
    public LibpcapFactAttribute() => Skip = LibpcapProbe.Missing;
}

/// <summary>As <see cref="LibpcapFactAttribute"/>, for theories.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LibpcapTheoryAttribute : TheoryAttribute
{
    public LibpcapTheoryAttribute() => Skip = LibpcapProbe.Missing;
}

internal static class LibpcapProbe
{
    internal static readonly string? Missing = Probe();

    private static string? Probe()
    {
        try
        {
            _ = PacketSources.Factory.ValidateFilter("tcp", CaptureLinkType.Ethernet);
            return null;
        }
        catch (CaptureException e) when (e.Reason == CaptureFailureReason.LibraryMissing)
        {
            return $"{e.Message} ({e.Remedy})";
        }
    }
}
