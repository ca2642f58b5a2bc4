using System.Buffers.Binary;
using PacketPath.Capture;

namespace PacketPath.Bench;

/// <summary>Two captures of 100,000 packets each, on both sides of a router that translates addresses: 1,000 flows, then one alone.</summary>
internal sealed class CompareBenchmark : IBenchmark
{
    private const int Packets = 100_000;
    private const int Rounds = 5;
    private const double Limit = 3000;
    private const double MemoryLimit = 150;
    private const double Megabyte = 1024 * 1024;

    public string Name => "compare";

    public IEnumerable<BenchResult> Run(Engine engine)
    {
        string folder = Directory.CreateTempSubdirectory("packetpath-bench-").FullName;
        try
        {
            foreach ((string words, int flows) in new[] { ("1,000 translated flows", 1000), ("one flow", 1) })
            {
                string[] files = [Path.Combine(folder, $"here-{flows}.pcap"), Path.Combine(folder, $"there-{flows}.pcap")];
                Write(files[0], flows, 0x0a000005, 64, 0);
                Write(files[1], flows, 0xcb007101, 63, 200_000);
                engine.Set("files", files);
                engine.Set("flows", flows);
                if (engine.Invoke("@(Compare-PacketCapture -Path $files -SameClock).Where({ $_.Outcome -eq 'Unanswered' -and $_.Crossings.Count -eq 1 -and $_.ForwardLost -eq 0 }).Count -eq $flows")[0].BaseObject is not true)
                {
                    throw new InvalidOperationException("The comparison is wrong.");
                }

                double[] times = [.. Enumerable.Range(0, Rounds).Select(_ => engine.Time("Compare-PacketCapture -Path $files -SameClock | Out-Null"))];
                yield return new BenchResult($"two files of 100,000 packets, {words}, `Compare-PacketCapture -Path`, median of five", $"{Median(times):F0} ms", "-", Median(times), Limit, "ms");
            }

            string[] many = [Path.Combine(folder, "here-1000.pcap"), Path.Combine(folder, "there-1000.pcap")];
            engine.Set("files", many);
            double piped = Median([.. Enumerable.Range(0, Rounds).Select(_ => engine.Time("Watch-PacketCapture -ReadPath $files | Compare-PacketCapture | Out-Null"))]);
            yield return new BenchResult("the same 200,000 packets as objects through the pipeline, median of five", $"{piped:F0} ms", "-", piped, 2 * Limit, "ms");

            double most = 0;
            double before = GC.GetTotalMemory(forceFullCollection: true) / Megabyte;
            engine.Set("look", (Action)(() => most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) / Megabyte)));
            _ = engine.Invoke("& { Watch-PacketCapture -ReadPath $files; $look.Invoke() } | Resolve-PacketFailure | Out-Null");
            yield return new BenchResult("the same through `Resolve-PacketFailure`, live heap before the verdict", $"{most - before:F0} MB", "-", most - before, MemoryLimit, "MB");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Median(double[] times) => times.Order().ElementAt(times.Length / 2);

    private static void Write(string path, int flows, uint source, byte ttl, long later)
    {
        using var writer = PcapWriter.Create(path, CaptureLinkType.Raw, 128);
        byte[] packet = new byte[84];
        packet[0] = 0x45;
        packet[3] = 84;
        packet[6] = 0x40;
        packet[8] = ttl;
        packet[9] = 6;
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(12), source);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(16), 0xcb00710a);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(22), 443);
        packet[32] = 0x50;
        for (int i = 0; i < Packets; i++)
        {
            int flow = i % flows;
            int number = i / flows;
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)(i + 1));
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(20), (ushort)(20_000 + flow));
            BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(24), (uint)((flow * 100_003) + (number * 44)));
            BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(28), number == 0 ? 0u : 77u);
            packet[33] = number == 0 ? (byte)0x02 : (byte)0x10;
            BinaryPrimitives.WriteInt32BigEndian(packet.AsSpan(40), i);
            writer.Write(new CapturedPacket { Data = packet, OriginalLength = packet.Length, LinkType = CaptureLinkType.Raw, TimestampNanoseconds = 1_700_000_000_000_000_000 + (i * 10_000L) + later });
        }
    }
}
