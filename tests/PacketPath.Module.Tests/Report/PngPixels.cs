using System.Buffers.Binary;
using System.IO.Compression;

namespace PacketPath.Module.Tests.Report;

/// <summary>The pixels of a PNG of eight bits a channel, as browsers make them.</summary>
public static class PngPixels
{
    /// <summary>How often each colour occurs.</summary>
    public static Dictionary<int, int> Colours(byte[] png)
    {
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], png[..4]);
        var (width, height, channels) = (0, 0, 0);
        using var packed = new MemoryStream();
        for (var at = 8; at < png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            var data = png.AsSpan(at + 8, length);
            switch (System.Text.Encoding.ASCII.GetString(png, at + 4, 4))
            {
                case "IHDR":
                    (width, height) = (BinaryPrimitives.ReadInt32BigEndian(data), BinaryPrimitives.ReadInt32BigEndian(data[4..]));
                    Assert.Equal(8, data[8]);
                    channels = data[9] == 6 ? 4 : 3;
                    break;
                case "IDAT":
                    packed.Write(data);
                    break;
            }

            at += 12 + length;
        }

        packed.Position = 0;
        using var lines = new ZLibStream(packed, CompressionMode.Decompress);
        return Count(lines, width, height, channels);
    }

    private static Dictionary<int, int> Count(Stream lines, int width, int height, int channels)
    {
        var colours = new Dictionary<int, int>();
        var (line, above) = (new byte[width * channels], new byte[width * channels]);
        for (var y = 0; y < height; y++)
        {
            var filter = lines.ReadByte();
            lines.ReadExactly(line);
            for (var i = 0; i < line.Length; i++)
            {
                int left = i >= channels ? line[i - channels] : 0, up = above[i], corner = i >= channels ? above[i - channels] : 0;
                line[i] += (byte)(filter switch { 1 => left, 2 => up, 3 => (left + up) / 2, 4 => Paeth(left, up, corner), _ => 0 });
            }

            for (var x = 0; x < line.Length; x += channels)
            {
                var colour = (line[x] << 16) | (line[x + 1] << 8) | line[x + 2];
                colours[colour] = colours.GetValueOrDefault(colour) + 1;
            }

            (line, above) = (above, line);
        }

        return colours;
    }

    private static int Paeth(int left, int up, int corner)
    {
        var guess = left + up - corner;
        var (a, b, c) = (Math.Abs(guess - left), Math.Abs(guess - up), Math.Abs(guess - corner));
        return a <= b && a <= c ? left : b <= c ? up : corner;
    }
}
