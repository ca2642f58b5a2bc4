using System.Globalization;
using PacketPath.Interop;

namespace PacketPath.HostState;

/// <summary>Where network namespaces are found, and what they are called.</summary>
internal static class NetworkNamespaceDirectory
{
    /// <summary>Where named namespaces are bound.</summary>
    public const string NamedPath = "/run/netns";

    /// <summary>The process's own namespace.</summary>
    public const string OwnPath = "/proc/self/ns/net";

    private const int NamesInAdvice = 12;

    /// <summary>The names bound under /run/netns, sorted.</summary>
    public static IReadOnlyList<string> Names()
    {
        try
        {
            var names = Directory.EnumerateFiles(NamedPath).Select(path => Path.GetFileName(path)!).ToList();
            names.Sort(StringComparer.Ordinal);
            return names;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The canonical label of a namespace.</summary>
    public static string Label(FileStatus status)
    {
        foreach (var name in Names())
        {
            if (FileStatus.Of(Path.Combine(NamedPath, name)) == status)
            {
                return DisplayText.Clean(name);
            }
        }

        return $"net:[{status.Inode.ToString(CultureInfo.InvariantCulture)}]";
    }

    /// <summary>The path of what the user asked for. It may not exist.</summary>
    /// <exception cref="NetNamespaceException">A <c>net:[inode]</c> that nothing visible belongs to.</exception>
    public static string Resolve(string asked)
    {
        if (asked.Contains('/'))
        {
            return asked;
        }

        if (asked.StartsWith("net:[", StringComparison.Ordinal) && asked.EndsWith(']'))
        {
            return FindByInode(asked);
        }

        if (asked is "" or "." or "..")
        {
            throw NotFound(asked, NamedPath + "/" + asked, null);
        }

        var named = Path.Combine(NamedPath, asked);
        return !File.Exists(named) && asked.Length <= 10 && asked.All(char.IsAsciiDigit) ? $"/proc/{asked}/ns/net" : named;
    }

    /// <summary>The error for a namespace that is not there.</summary>
    public static NetNamespaceException NotFound(string asked, string path, LinuxException? cause)
    {
        if (path.StartsWith("/proc/", StringComparison.Ordinal) && asked.Length > 0 && asked.All(char.IsAsciiDigit))
        {
            return new NetNamespaceException(
                NetNamespaceFailure.NotFound,
                $"There is no process {asked}, and no network namespace of that name.",
                "Give the id of a running process, or a name under /run/netns.",
                cause?.Errno ?? 0,
                cause);
        }

        var names = Names();
        var known = names.Count switch
        {
            0 => "There are none under /run/netns",
            <= NamesInAdvice => "Those under /run/netns are: " + string.Join(", ", names),
            _ => $"Those under /run/netns are: {string.Join(", ", names.Take(NamesInAdvice))} and {names.Count - NamesInAdvice} more",
        };
        return new NetNamespaceException(
            NetNamespaceFailure.NotFound,
            $"There is no network namespace '{asked}' ({path}).",
            $"{DisplayText.Clean(known)}. A process id or a path such as /proc/PID/ns/net does as well.",
            cause?.Errno ?? 0,
            cause);
    }

    private static string FindByInode(string label)
    {
        if (Files.ReadLink(OwnPath) == label)
        {
            return OwnPath;
        }

        var inode = label["net:[".Length..^1];
        foreach (var name in Names())
        {
            var path = Path.Combine(NamedPath, name);
            if (FileStatus.Of(path)?.Inode.ToString(CultureInfo.InvariantCulture) == inode)
            {
                return path;
            }
        }

        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            var path = process + "/ns/net";
            if (char.IsAsciiDigit(process["/proc/".Length]) && Files.ReadLink(path) == label)
            {
                return path;
            }
        }

        throw NotFound(label, "no visible process is in it", null);
    }
}
