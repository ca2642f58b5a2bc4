using System.Runtime.InteropServices;

namespace PacketPath.Interop;

/// <summary>The calling thread as another user, until disposed of: whatever it opens meanwhile is that user's. A socket is so for policy rules (its inode) and for firewalls (its file).</summary>
internal readonly partial struct FileSystemUser : IDisposable
{
    // No user has this id: the kernel then changes nothing, and tells who the thread is.
    private const uint Nobody = uint.MaxValue;

    private readonly uint? _before;

    private FileSystemUser(uint before) => _before = before;

    /// <summary>The user that the calling thread opens things as.</summary>
    public static uint Current => SetFsUid(Nobody);

    /// <summary>Becomes a user; null stays who the thread is, and so it does where CAP_SETUID is missing.</summary>
    public static FileSystemUser Become(uint? user) => user is { } wanted ? new FileSystemUser(SetFsUid(wanted)) : default;

    /// <summary>The user that <see cref="Become"/> comes to on this thread.</summary>
    public static uint Granted(uint? user)
    {
        using (Become(user))
        {
            return Current;
        }
    }

    /// <summary>Becomes again who the thread was.</summary>
    public void Dispose()
    {
        if (_before is { } before)
        {
            SetFsUid(before);
        }
    }

    // It answers with the user before the call, whether or not it changed anything.
    [LibraryImport("libc", EntryPoint = "setfsuid")]
    private static partial uint SetFsUid(uint user);
}
