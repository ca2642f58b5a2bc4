using PacketPath.Diagnosis;
using static PacketPath.Core.Tests.Diagnosis.CaptureScene;

namespace PacketPath.Core.Tests.Diagnosis;

/// <summary>What is kept of captured packets.</summary>
[Collection(AloneCollection.Name)]
public class CaptureMemoryTests
{
    private static readonly Scene Scene = new(false);

    [Fact]
    public void Of_many_packets_little_is_kept()
    {
        var weighing = new Weighing();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 200_000; i++)
        {
            weighing.Add(Syn(Scene, "server") with { SourcePort = 1024 + (i % 500), TcpFlags = "ACK", SequenceNumber = i, Identification = i });
        }

        var kept = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(kept < 40_000_000, $"{kept} bytes");
        Assert.Empty(weighing.Verdicts());
    }
}
