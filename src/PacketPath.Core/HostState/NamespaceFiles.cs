using PacketPath.Interop;

namespace PacketPath.HostState;

/// <summary>The files of /etc that a network namespace has a version of its own of, below /etc/netns/NAME: those that a lookup of names reads.</summary>
internal static class NamespaceFiles
{
    /// <summary>Where <c>ip netns exec</c> looks for them.</summary>
    public const string Folder = "/etc/netns";

    private const string Etc = "/etc";

    private static readonly string[] Names = ["resolv.conf", "hosts", "nsswitch.conf", "gai.conf", "host.conf"];

    /// <summary>The folder of a namespace; null where none can be its own.</summary>
    public static string? FolderOf(string label, string folder = Folder) =>
        label.Length == 0 || label.Contains('/') || label.StartsWith("net:[", StringComparison.Ordinal) ? null : Path.Combine(folder, label);

    /// <summary>Puts the files of a namespace in place of those in /etc, for the calling thread alone, which must be dedicated to it.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static void PutInPlace(string label)
    {
        // One that /etc lacks has no place to be put in; ip netns exec does without it as well.
        var files = FolderOf(label) is { } own ? Names.Where(name => File.Exists(Path.Combine(own, name)) && File.Exists(Path.Combine(Etc, name))).ToArray() : [];
        if (files.Length == 0)
        {
            return;
        }

        Mounts.Unshare();
        foreach (var name in files)
        {
            Mounts.BindFile(Path.Combine(Folder, label, name), Path.Combine(Etc, name));
        }
    }
}
