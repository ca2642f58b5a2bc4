namespace PacketPath.Core.Tests.Netlink;

/// <summary>Recorded netlink datagrams: tests/data/netlink/*.hex, whose comments tell the commands that made them.</summary>
internal static class NetlinkData
{
    /// <summary>The datagrams of one file; a blank line parts them.</summary>
    public static byte[][] Load(string name)
    {
        var datagrams = new List<byte[]>();
        var hex = "";
        foreach (var line in File.ReadLines(Path.Combine(Folder(), name)).Append(""))
        {
            if (line.StartsWith('#'))
            {
                continue;
            }

            if (line.Length > 0)
            {
                hex += line;
            }
            else if (hex.Length > 0)
            {
                datagrams.Add(Convert.FromHexString(hex));
                hex = "";
            }
        }

        return [.. datagrams];
    }

    /// <summary>The messages of one file, each with its header.</summary>
    public static byte[][] Messages(string name)
    {
        var messages = new List<byte[]>();
        foreach (var datagram in Load(name))
        {
            for (var offset = 0; offset < datagram.Length;)
            {
                var length = BitConverter.ToInt32(datagram, offset);
                messages.Add(datagram[offset..(offset + length)]);
                offset += (length + 3) & ~3;
            }
        }

        return [.. messages];
    }

    private static string Folder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var data = Path.Combine(folder.FullName, "tests", "data", "netlink");
            if (Directory.Exists(data))
            {
                return data;
            }
        }

        throw new DirectoryNotFoundException($"no tests/data/netlink above {AppContext.BaseDirectory}");
    }
}
