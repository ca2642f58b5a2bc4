using PacketPath.Capture;

namespace PacketPath.Labs.Tests.Capture;

/// <summary>Why a live capture cannot be tested here; null where it can.</summary>
internal static class CaptureProbe
{
    internal static readonly string? Missing = LabPrivilege.Missing() ?? MissingLibrary();

    private static string? MissingLibrary()
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

/// <summary>A test that captures in a lab network; skipped with the probed reason where that cannot be done.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CaptureFactAttribute : FactAttribute
{
    public CaptureFactAttribute() => Skip = CaptureProbe.Missing;
}

/// <summary>As <see cref="CaptureFactAttribute"/>, for theories.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CaptureTheoryAttribute : TheoryAttribute
{
    public CaptureTheoryAttribute() => Skip = CaptureProbe.Missing;
}

/// <summary>A test that compares with tcpdump.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TcpdumpTheoryAttribute : TheoryAttribute
{
    public TcpdumpTheoryAttribute() => Skip = CaptureProbe.Missing ?? (FindTcpdump() is null ? "tcpdump is not installed (apt install tcpdump)" : null);

    internal static string? FindTcpdump() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Append("/usr/bin")
            .Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, "tcpdump")).FirstOrDefault(File.Exists);
}
