using System.Diagnostics;
using System.Globalization;
using PacketPath.Probes;
using Xunit.Abstractions;

namespace PacketPath.Core.Tests.Probes;

/// <summary>Whatever the bytes, reading a message ends, soon, and all that is shown of it is plain.</summary>
public class DnsFuzzTests(ITestOutputHelper output)
{
    private const int QuickCount = 50_000;
    private const int Seed = 20_261_122;

    [Fact]
    public void MutatedAndRandomMessages()
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("PACKETPATH_FUZZ_COUNT"), CultureInfo.InvariantCulture, out var asked) ? asked : QuickCount;
        var random = new Random(Seed);
        var (read, refused) = (0, 0);
        for (var i = 0; i < count; i++)
        {
            var data = i % 16 == 0 ? Noise(random) : Mutated(random);
            if (!DnsMessage.TryParse(data, out var message, out var problem))
            {
                refused++;
                AssertPlain(problem);
                continue;
            }

            read++;
            foreach (var question in message.Questions)
            {
                AssertPlain(question.Name.ToString());
            }

            foreach (var answer in DnsResult.Answers(message))
            {
                AssertPlain(answer.ToString());
                Assert.InRange(answer.Data.Length, 0, 1100);
            }

            Assert.True(DnsResult.Equal([message, message]));
            foreach (var error in message.Edns?.Errors ?? [])
            {
                AssertPlain(error);
            }
        }

        output.WriteLine($"{count} messages, {read} of them read");
        Assert.InRange(read, count / 20, count);
        Assert.InRange(refused, count / 4, count);
    }

    [Fact]
    public void The_worst_message_of_the_largest_size_is_read_in_time()
    {
        // Names of the greatest length, each made of pointers as deep as they go, as many as fit.
        var worst = new List<byte>([0, 1, 0x81, 0x80, 0, 0, 0x16, 0, 0, 0, 0, 0]);
        var chain = worst.Count;
        worst.AddRange([1, (byte)'a', 0]);
        for (var i = 0; i < 0x1600 && worst.Count < 65500; i++)
        {
            if (i > 0)
            {
                var at = worst.Count;
                worst.AddRange(i % 126 == 0 ? [0] : [1, (byte)'a', (byte)(0xc0 | (chain >> 8)), (byte)chain]);
                chain = at < 0x3fff ? at : chain;
            }

            worst.AddRange([0, 99, 0, 1, 0, 0, 0, 1, 0, 0]);
        }

        var started = Stopwatch.GetTimestamp();
        _ = DnsMessage.TryParse([.. worst], out _, out _);
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(1));
    }

    private static byte[] Noise(Random random)
    {
        var data = new byte[random.Next(300)];
        random.NextBytes(data);
        return data;
    }

    private static byte[] Mutated(Random random)
    {
        var sample = DnsBytes.Samples[random.Next(DnsBytes.Samples.Length)];
        var data = random.Next(4) == 0 ? sample[..random.Next(sample.Length + 1)] : (byte[])sample.Clone();
        for (var flips = random.Next(1, 6); flips > 0 && data.Length > 0; flips--)
        {
            data[random.Next(data.Length)] = random.Next(5) switch { 0 => 0, 1 => 0xff, 2 => 0xc0, 3 => (byte)random.Next(64), _ => (byte)random.Next(256) };
        }

        return data;
    }

    private static void AssertPlain(string text)
    {
        foreach (var character in text)
        {
            if (character is < ' ' or (>= '\u007f' and <= '\u009f') or (>= '\u2028' and <= '\u202e'))
            {
                Assert.Fail($"U+{(int)character:X4} in '{text}'.");
            }
        }
    }
}
