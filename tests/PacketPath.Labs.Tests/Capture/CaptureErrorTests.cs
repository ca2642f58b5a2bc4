using System.Runtime.InteropServices;
using PacketPath.Capture;

namespace PacketPath.Labs.Tests.Capture;

public sealed partial class CaptureErrorTests
{
    [CaptureTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void AnUnknownInterfaceIsNamed(bool quickOpen)
    {
        var error = Assert.Throws<CaptureException>(() => PacketSources.Factory.OpenLive(new CaptureOptions { InterfaceName = "nosuch0", QuickOpen = quickOpen }));
        Assert.Equal(CaptureFailureReason.InterfaceNotFound, error.Reason);
        Assert.Contains("nosuch0", error.Message);
        Assert.Contains("Get-PacketInterface", error.Remedy);
    }

    [CaptureTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void AWrongFilterIsQuotedWithLibpcapsWords(bool quickOpen)
    {
        using var lab = new CaptureLab();
        var error = Assert.Throws<CaptureException>(() => lab.Open(new CaptureOptions { Filter = "tcp prot 80", QuickOpen = quickOpen }));
        Assert.Equal(CaptureFailureReason.InvalidFilter, error.Reason);
        Assert.Contains("tcp prot 80", error.Message);
        Assert.Contains("syntax error", error.Message);
    }

    [CaptureTheory]
    [InlineData(63)]
    [InlineData(2049)]
    public void ASnapshotLengthOutOfBoundsIsRefused(int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PacketSources.Factory.OpenLive(new CaptureOptions { SnapshotLength = length }));

    [CaptureTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void WithoutTheCapabilityTheRemedyIsTold(bool quickOpen)
    {
        CaptureException? error = null;
        var thread = new Thread(() =>
        {
            // Capabilities belong to the thread: this one ends without its own.
            var header = new CapabilityHeader { Version = 0x20080522 };
            Assert.Equal(0, SetCapabilities(header, new CapabilityData[2]));
            error = Assert.Throws<CaptureException>(() => PacketSources.Factory.OpenLive(new CaptureOptions { InterfaceName = "lo", QuickOpen = quickOpen }));
        });
        thread.Start();
        thread.Join();
        Assert.Equal(CaptureFailureReason.PermissionDenied, error!.Reason);
        Assert.Contains("CAP_NET_RAW", error.Message);
        Assert.Contains("setcap cap_net_raw", error.Remedy);
        Assert.Contains("sudo", error.Remedy);
    }

    [LibraryImport("libc", EntryPoint = "capset", SetLastError = true)]
    private static partial int SetCapabilities(in CapabilityHeader header, [In] CapabilityData[] data);

    [StructLayout(LayoutKind.Sequential)]
    private struct CapabilityHeader
    {
        internal uint Version;
        internal int Process;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct CapabilityData
    {
        internal uint Effective;
        internal uint Permitted;
        internal uint Inheritable;
    }
}
