using System.Diagnostics;
using PacketPath.Interop;

namespace PacketPath.Labs;

/// <summary>
/// Marks what belongs to one run: a lock file that the kernel releases when the owner dies, and a name prefix for its namespaces.
/// A file whose lock can be taken was left by a run that crashed.
/// </summary>
internal sealed class LabOwnership : IDisposable
{
    internal const string Directory = "/run/packetpath/labs";
    private const string NamespaceDirectory = "/run/netns";
    private const string KeptSuffix = ".kept";
    private const string Alphabet = "0123456789abcdefghijkmnpqrstvwxyz";
    private const int MostAttempts = 100;
    private readonly FileStream _lock;

    private LabOwnership(string id, FileStream file)
    {
        Id = id;
        _lock = file;
    }

    public string Id { get; }

    public string NamespacePrefix => PrefixOf(Id);

    public static LabOwnership Take()
    {
        System.IO.Directory.CreateDirectory(Directory);
        for (var attempt = 1; ; attempt++)
        {
            var id = new string(Random.Shared.GetItems<char>(Alphabet, 6));
            var path = Path.Combine(Directory, id);
            try
            {
                var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
                if (File.Exists(path) && !File.Exists(path + KeptSuffix))
                {
                    return new LabOwnership(id, file);
                }

                // A cleaner saw it before it was locked, and has removed it: what is locked now has no name.
                file.Dispose();
            }
            catch (IOException) when (attempt < MostAttempts)
            {
                // Taken by chance, or held by a cleaner that saw it before it was locked.
            }
        }
    }

    /// <summary>Removes what dead runs left; returns the namespaces removed.</summary>
    public static IReadOnlyList<string> RemoveLeftovers(bool kept = false)
    {
        if (!System.IO.Directory.Exists(Directory))
        {
            return [];
        }

        var removed = new List<string>();
        foreach (var path in System.IO.Directory.GetFiles(Directory))
        {
            var isKept = path.EndsWith(KeptSuffix, StringComparison.Ordinal);
            if (isKept && !kept)
            {
                continue;
            }

            try
            {
                using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                var id = Path.GetFileNameWithoutExtension(path);
                removed.AddRange(RemoveNamespaces(PrefixOf(id)));
                File.Delete(path);
            }
            catch (IOException)
            {
                // Locked: its run is alive. Or gone: another cleaner was here.
            }
        }

        return removed;
    }

    /// <summary>Ends every process inside the namespaces with this prefix, and deletes the namespaces and their files.</summary>
    public static IReadOnlyList<string> RemoveNamespaces(string prefix)
    {
        LabResolverFiles.Remove(prefix);
        if (!System.IO.Directory.Exists(NamespaceDirectory))
        {
            return [];
        }

        var names = System.IO.Directory.GetFiles(NamespaceDirectory, prefix + "*").Select(Path.GetFileName).OfType<string>().ToArray();
        if (names.Length == 0)
        {
            return names;
        }

        EndProcesses(names);
        var lines = string.Concat(names.Select(name => $"netns delete {name}\n"));
        LabCommand.Run("ip", ["-force", "-batch", "-"], lines);
        return names;
    }

    /// <summary>Leaves the namespaces standing when this run ends.</summary>
    public void Keep()
    {
        var path = Path.Combine(Directory, Id);
        File.Move(path, path + KeptSuffix);
        _lock.Dispose();
    }

    public void Dispose()
    {
        File.Delete(Path.Combine(Directory, Id));
        _lock.Dispose();
    }

    private static string PrefixOf(string id) => $"pp-{id}-";

    private static void EndProcesses(IEnumerable<string> names)
    {
        var ours = names.Select(name => FileStatus.Of(Path.Combine(NamespaceDirectory, name))).OfType<FileStatus>().ToHashSet();
        var doomed = new List<Process>();
        foreach (var directory in System.IO.Directory.GetDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), out var pid)
                && pid != Environment.ProcessId
                && FileStatus.Of($"/proc/{pid}/ns/net") is { } place
                && ours.Contains(place))
            {
                doomed.AddRange(End(pid));
            }
        }

        foreach (var process in doomed)
        {
            process.WaitForExit(TimeSpan.FromSeconds(2));
            process.Dispose();
        }
    }

    private static Process[] End(int pid)
    {
        Process? process = null;
        try
        {
            process = Process.GetProcessById(pid);
            process.Kill();
            return [process];
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            // It has ended already, or between the two calls.
            process?.Dispose();
            return [];
        }
    }
}
