using PacketPath.HostState;

namespace PacketPath.Targets;

/// <summary>The name servers of a namespace, as its resolv.conf lists them: the file that <c>ip netns exec</c> puts in place, where the namespace has one of its own.</summary>
public sealed record ResolverFile
{
    private const int LongestFile = 65536;
    private const string FileName = "resolv.conf";

    /// <summary>The file read.</summary>
    public string Path { get; init; } = "";

    /// <summary>The servers, in its order. Where it names none the local host is the server, as for the system's own resolver.</summary>
    public string[] Servers { get; init; } = [];

    /// <summary>True where the file names no server, or is not there.</summary>
    public bool IsDefault { get; init; }

    /// <summary>Reads the file of a namespace.</summary>
    public static ResolverFile Of(NetworkNamespace networkNamespace)
    {
        ArgumentNullException.ThrowIfNull(networkNamespace);
        return Of(networkNamespace.Label, "/etc");
    }

    /// <summary>Reads the file of a namespace below a folder.</summary>
    internal static ResolverFile Of(string label, string folder)
    {
        var own = label.Contains('/') || label.StartsWith("net:[", StringComparison.Ordinal) ? null : System.IO.Path.Combine(folder, "netns", label, FileName);
        var path = own is not null && File.Exists(own) ? own : System.IO.Path.Combine(folder, FileName);
        string[] servers = [.. Lines(path).Select(Server).OfType<string>().Distinct()];
        return servers.Length > 0
            ? new ResolverFile { Path = path, Servers = servers }
            : new ResolverFile { Path = path, Servers = ["127.0.0.1"], IsDefault = true };
    }

    private static string[] Lines(string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            var buffer = new char[LongestFile];
            return new string(buffer, 0, reader.ReadBlock(buffer)).Split('\n');
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string? Server(string line)
    {
        var words = line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
        return words is ["nameserver", var server, ..] && TargetParser.TryParse(server, out var target, out _) && target.Address is not null ? server : null;
    }
}
